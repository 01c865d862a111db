FROM python:3.11 AS builder
ENV UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=0

COPY --from=ghcr.io/astral-sh/uv:0.8 /uv /uvx /bin/

WORKDIR /app
COPY pyproject.toml uv.lock .python-version ./
RUN --mount=type=cache,target=/root/.cache/uv,sharing=locked \
    uv sync --no-install-project --no-dev --frozen

COPY . .
RUN --mount=type=cache,target=/root/.cache/uv,sharing=locked \
    uv sync --no-dev --frozen

# Takes out of the environment what is never run; prints what went and what was kept, and why.
RUN --mount=type=bind,source=docker/prune-site-packages.py,target=/tmp/prune-site-packages.py \
    python /tmp/prune-site-packages.py /app/.venv --tests --headers --static-libraries --native-sources --strip

# Importing leaves bytecode of just these modules behind, so that the service starts as fast as before.
RUN /app/.venv/bin/python -I -c "from starlette.applications import Starlette; \
    from starlette.responses import JSONResponse; \
    from starlette.routing import Route"

FROM python:3.11-slim

WORKDIR /app

COPY --from=builder /app/.venv /app/.venv

COPY . .
ENV VIRTUAL_ENV=/app/.venv PATH="/app/.venv/bin:$PATH"

EXPOSE 8000
CMD ["uvicorn", "scores.web:app", "--host", "0.0.0.0", "--port", "8000"]
