FROM python:3.11-slim
COPY --from=ghcr.io/astral-sh/uv:0.5 /uv /bin/
WORKDIR /app
COPY pyproject.toml uv.lock ./
RUN --mount=type=cache,target=/root/.cache/uv,sharing=locked \
    uv sync --no-install-project --frozen --no-dev

COPY . .
RUN --mount=type=cache,target=/root/.cache/uv,sharing=locked \
    uv sync --frozen --no-dev
CMD ["/app/.venv/bin/python", "main.py"]

# applied tool-layer-order: a change of the source no longer repeats the installation of the dependencies
# applied cache-mounts: a changed requirement downloads nothing but itself, and no cache ends up in a layer
# left alone by tool-stages: installing the project leaves files in the source tree that a COPY does not bring (its build backend maturin may compile)
