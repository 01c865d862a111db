FROM python:3.11-slim
COPY --from=ghcr.io/astral-sh/uv:0.5 /uv /bin/
WORKDIR /app
COPY pyproject.toml uv.lock ./
RUN --mount=type=cache,target=/root/.cache/uv,sharing=locked \
    uv python install 3.13 && uv sync --frozen --no-dev

COPY . .
CMD ["/app/.venv/bin/python", "main.py"]

# applied tool-layer-order: a change of the source no longer repeats the installation of the dependencies
# applied cache-mounts: a changed requirement downloads nothing but itself, and no cache ends up in a layer
# left alone by tool-stages: `uv python install 3.13` asks uv for a Python of its own, which the environment refers to
