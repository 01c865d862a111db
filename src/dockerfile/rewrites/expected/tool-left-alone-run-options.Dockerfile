FROM python:3.12-slim
COPY --from=ghcr.io/astral-sh/uv:0.5 /uv /bin/
WORKDIR /app
COPY pyproject.toml uv.lock ./
RUN --mount=type=cache,target=/root/.cache/uv,sharing=locked \
    uv sync --locked --no-install-project
COPY . .
CMD ["sh", "-c", "uv run --with gunicorn gunicorn app:app & uv run worker"]

# applied slim-base: python:3.12 carries compilers, headers and version control for building; python:3.12-slim is the same Python on the same Debian without them (this stage also installs distributions: one without a wheel would miss the compiler)
# applied cache-mounts: a changed requirement downloads nothing but itself, and no cache ends up in a layer
# left alone by production-requirements: line 5: it installs the development group too, and the container starts with `uv run`, which would install it again: start the program of `.venv/bin` itself, then `uv sync --no-dev` is enough
# left alone by tool-stages: line 7: `uv run --with gunicorn` needs the tool in the running container
