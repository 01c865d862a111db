FROM python:3.12-slim
RUN --mount=type=cache,target=/root/.cache/pip,sharing=locked \
    pip install poetry==1.8.3
WORKDIR /srv
COPY pyproject.toml poetry.lock ./
RUN --mount=type=cache,target=/root/.cache/pypoetry/cache,sharing=locked \
    --mount=type=cache,target=/root/.cache/pypoetry/artifacts,sharing=locked \
    poetry install --only main --no-root
COPY . .
CMD ["poetry", "run", "serve"]

# applied cache-mounts: a changed requirement downloads nothing but itself, and no cache ends up in a layer
# left alone by tool-stages: line 7: `serve` is a script of the project, which is not installed: only `poetry run` finds it
