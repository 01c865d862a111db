FROM python:3.11-slim
COPY --from=ghcr.io/astral-sh/uv:0.5 /uv /bin/
WORKDIR /app
COPY pyproject.toml uv.lock .python-version ./
RUN --mount=type=cache,target=/root/.cache/uv,sharing=locked \
    uv sync --frozen --no-dev

COPY . .
CMD ["/app/.venv/bin/python", "main.py"]

# applied tool-layer-order: a change of the source no longer repeats the installation of the dependencies
# applied cache-mounts: a changed requirement downloads nothing but itself, and no cache ends up in a layer
# left alone by tool-stages: .python-version asks for 3.13, the base has 3.11: uv brings a Python of its own, which the environment refers to
