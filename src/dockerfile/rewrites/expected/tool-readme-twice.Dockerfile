FROM python:3.12-slim AS builder
ENV UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=0
RUN --mount=type=cache,target=/root/.cache/pip,sharing=locked \
    pip install uv
WORKDIR /app
COPY pyproject.toml uv.lock README.md ./
RUN --mount=type=cache,target=/root/.cache/uv,sharing=locked \
    uv sync --frozen --no-dev

# Takes out of the environment what is never run; prints what went and what was kept, and why.
RUN --mount=type=bind,source=docker/prune-site-packages.py,target=/tmp/prune-site-packages.py \
    --mount=type=cache,target=/var/cache/apt,sharing=locked \
    --mount=type=cache,target=/var/lib/apt,sharing=locked \
    rm -f /etc/apt/apt.conf.d/docker-clean && \
    echo 'Binary::apt::APT::Keep-Downloaded-Packages "true";' > /etc/apt/apt.conf.d/keep-cache && \
    apt-get update && apt-get install -y --no-install-recommends binutils && \
    python /tmp/prune-site-packages.py /app/.venv --tests --headers --static-libraries --native-sources --strip

# Importing leaves bytecode of just these modules behind, so that the service starts as fast as before.
RUN /app/.venv/bin/python -I -c "import pandas; \
    from fastapi import FastAPI"

FROM python:3.12-slim
WORKDIR /app

COPY --from=builder /app/.venv /app/.venv
COPY . .
ENV PATH="/app/.venv/bin:$PATH"
CMD ["uvicorn", "app.main:app"]

# applied tool-stages: uv and its caches, compilers and headers stay behind in the builder stage; the environment is copied to the same path
# applied prune-tests: wheels ship their own test suites; a directory goes only when no other module imports it
# applied prune-headers: headers and static libraries are for compiling against, and nothing compiles in the running container
# applied strip-libraries: symbol tables are for debuggers; a library whose segments would lose their page alignment is kept as it is
# applied traced-bytecode: pip compiles every module of every distribution; the service loads a fraction of them
# applied cache-mounts: a changed requirement downloads nothing but itself, and no cache ends up in a layer
