FROM python:3.12-slim
RUN --mount=type=cache,target=/root/.cache/pip,sharing=locked \
    pip install pdm
WORKDIR /srv
COPY pyproject.toml pdm.lock ./
RUN --mount=type=cache,target=/root/.cache/pdm,sharing=locked \
    pdm sync --prod
COPY . .
CMD pdm run prod-server

# applied cache-mounts: a changed requirement downloads nothing but itself, and no cache ends up in a layer
# left alone by tool-stages: line 7: `prod-server` is looked up in the tasks of the manifest, which only `pdm run` knows
