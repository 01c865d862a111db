FROM python:3.11-slim
COPY --from=ghcr.io/astral-sh/uv:latest /uv /uvx /bin/
WORKDIR /app
COPY . .
RUN uv sync --frozen
CMD ["uv", "run", "uvicorn", "app.main:app"]

# applied slim-base: python:3.11 carries compilers, headers and version control for building; python:3.11-slim is the same Python on the same Debian without them
# left alone by production-requirements: line 5: it installs the development group too, and the container starts with `uv run`, which would install it again: start the program of `.venv/bin` itself, then `uv sync --no-dev` is enough
# left alone by split-stages: line 5: the dependencies are installed by uv sync
