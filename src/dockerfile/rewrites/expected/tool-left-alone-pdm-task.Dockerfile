FROM python:3.10-slim
# install PDM
RUN --mount=type=cache,target=/root/.cache/pip,sharing=locked \
    pip install -U pip setuptools wheel
RUN --mount=type=cache,target=/root/.cache/pip,sharing=locked \
    pip install pdm
# copy files
COPY pyproject.toml pdm.lock /project/
COPY . /project
WORKDIR /project
RUN --mount=type=cache,target=/root/.cache/pdm,sharing=locked \
    pdm install --prod --no-lock --no-editable
EXPOSE 4000
STOPSIGNAL SIGINT
CMD ["pdm", "prod-server"]

# applied slim-base: python:3.10 carries compilers, headers and version control for building; python:3.10-slim is the same Python on the same Debian without them (this stage also installs distributions: one without a wheel would miss the compiler)
# applied cache-mounts: a changed requirement downloads nothing but itself, and no cache ends up in a layer
# left alone by tool-layer-order: line 9: the manifest is copied by an instruction of its own
# left alone by tool-stages: line 12: `pdm prod-server` needs the tool in the running container
