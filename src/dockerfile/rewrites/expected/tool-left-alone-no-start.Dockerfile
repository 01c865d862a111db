FROM python:3.13-slim
WORKDIR /app
RUN --mount=type=cache,target=/root/.cache/pip,sharing=locked \
    pip install --upgrade pip && \
    pip install uv
COPY pyproject.toml uv.lock ./
RUN --mount=type=cache,target=/root/.cache/uv,sharing=locked \
    uv sync --no-dev --frozen
COPY src src

# applied production-requirements: uv sync --no-dev: development dependencies have no use in the running container
# applied cache-mounts: a changed requirement downloads nothing but itself, and no cache ends up in a layer
# left alone by tool-stages: the image has neither CMD nor ENTRYPOINT, and the command that it is given elsewhere may call uv
