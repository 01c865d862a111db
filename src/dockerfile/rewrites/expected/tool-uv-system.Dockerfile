FROM python:3.12-slim AS builder
ENV UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=0
ENV UV_PROJECT_ENVIRONMENT=/usr/local UV_SYSTEM_PYTHON=1
RUN --mount=type=cache,target=/var/cache/apt,sharing=locked \
    --mount=type=cache,target=/var/lib/apt,sharing=locked \
    rm -f /etc/apt/apt.conf.d/docker-clean && \
    echo 'Binary::apt::APT::Keep-Downloaded-Packages "true";' > /etc/apt/apt.conf.d/keep-cache && \
    apt-get update && apt-get install -y curl build-essential
ADD https://astral.sh/uv/0.5.11/install.sh /uv-installer.sh
RUN sh /uv-installer.sh && rm /uv-installer.sh
ENV PATH="/root/.local/bin/:$PATH"
WORKDIR /srv
ENV UV_PROJECT_ENVIRONMENT=/opt/venv VIRTUAL_ENV=/opt/venv PATH="/opt/venv/bin:$PATH"
COPY pyproject.toml uv.lock ./
RUN --mount=type=cache,target=/root/.cache/uv,sharing=locked \
    uv sync --no-dev --locked --extra gpu

# Takes out of the environment what is never run; prints what went and what was kept, and why.
RUN --mount=type=bind,source=docker/prune-site-packages.py,target=/tmp/prune-site-packages.py \
    python /tmp/prune-site-packages.py /opt/venv --tests --headers --static-libraries --native-sources --strip

# Importing leaves bytecode of just these modules behind, so that the service starts as fast as before.
RUN python -I -c "import pandas; \
    from fastapi import FastAPI"

FROM python:3.12-slim
RUN --mount=type=cache,target=/var/cache/apt,sharing=locked \
    --mount=type=cache,target=/var/lib/apt,sharing=locked \
    rm -f /etc/apt/apt.conf.d/docker-clean && \
    echo 'Binary::apt::APT::Keep-Downloaded-Packages "true";' > /etc/apt/apt.conf.d/keep-cache && \
    apt-get update && apt-get install --no-install-recommends -y curl

COPY --from=builder /opt/venv /opt/venv
ENV PATH="/root/.local/bin/:$PATH"
WORKDIR /srv
ENV UV_PROJECT_ENVIRONMENT=/opt/venv VIRTUAL_ENV=/opt/venv PATH="/opt/venv/bin:$PATH"

COPY . .
HEALTHCHECK CMD curl -f http://localhost:8000/health || exit 1
CMD alembic upgrade head && exec uvicorn app:app --port ${PORT:-8000}

# applied tool-environment: uv installs among the packages of the system; an environment at /opt/venv can be copied as a whole, without the tool
# applied start-command: `uv run` starts what stands in /opt/venv/bin; with that first on PATH the program starts without uv, and nothing is installed when the container starts
# applied production-requirements: uv sync --no-dev: development dependencies have no use in the running container
# applied tool-layer-order: a change of the source no longer repeats the installation of the dependencies
# applied tool-stages: uv and its caches, compilers and headers stay behind in the builder stage; the environment is copied to the same path
# applied runtime-packages: build-essential: for building or for people, not for the running application
# applied no-recommends: apt also installs what packages recommend, unless it is told not to
# applied prune-tests: wheels ship their own test suites; a directory goes only when no other module imports it
# applied prune-headers: headers and static libraries are for compiling against, and nothing compiles in the running container
# applied strip-libraries: symbol tables are for debuggers; a library whose segments would lose their page alignment is kept as it is
# applied traced-bytecode: pip compiles every module of every distribution; the service loads a fraction of them
# applied cache-mounts: a changed requirement downloads nothing but itself, and no cache ends up in a layer
# left alone by runtime-packages: system package curl: HEALTHCHECK calls curl
