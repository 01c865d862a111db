FROM python:3.12-slim AS builder
COPY --from=ghcr.io/astral-sh/uv:0.5 /uv /bin/
WORKDIR /app
RUN uv venv --seed
COPY pyproject.toml uv.lock ./
RUN uv sync --locked --no-dev --no-install-project --inexact

# Takes out of the environment what is never run; prints what went and what was kept, and why.
RUN --mount=type=bind,source=docker/prune-site-packages.py,target=/tmp/prune-site-packages.py \
    python /tmp/prune-site-packages.py /app/.venv --installers

FROM python:3.12-slim
WORKDIR /app
COPY --from=builder /app/.venv /app/.venv
# The pip of the base image serves the environment.
ENV PIP_PYTHON=/app/.venv/bin/python
ENV PATH="/app/.venv/bin:$PATH"
COPY . .
CMD ["uvicorn", "app:app"]

# applied: the base image has a pip, which installs into any environment and lists it; nothing runs one there
