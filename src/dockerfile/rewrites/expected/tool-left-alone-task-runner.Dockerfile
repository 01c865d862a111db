FROM python:slim
RUN --mount=type=cache,target=/root/.cache/pip,sharing=locked \
    pip3 install poetry
WORKDIR /code
COPY pyproject.toml poetry.lock ./
RUN --mount=type=cache,target=/root/.cache/pypoetry/cache,sharing=locked \
    --mount=type=cache,target=/root/.cache/pypoetry/artifacts,sharing=locked \
    poetry install --no-root

COPY . /code
RUN --mount=type=cache,target=/root/.cache/pypoetry/cache,sharing=locked \
    --mount=type=cache,target=/root/.cache/pypoetry/artifacts,sharing=locked \
    poetry install
CMD ["poetry", "run", "poe", "app"]

# applied tool-layer-order: a change of the source no longer repeats the installation of the dependencies
# applied slim-base: python carries compilers, headers and version control for building; python:slim is the same Python on the same Debian without them (this stage also installs distributions: one without a wheel would miss the compiler)
# applied cache-mounts: a changed requirement downloads nothing but itself, and no cache ends up in a layer
# left alone by production-requirements: line 5: `poe` starts the container, and what it starts may come from the development group
# left alone by tool-stages: line 6: what `poe` starts is not read here
