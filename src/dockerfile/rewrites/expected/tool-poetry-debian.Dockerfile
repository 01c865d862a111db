# Poetry comes as a Debian package: the builder needs it, the image does not.
FROM python:3.11 AS builder
RUN --mount=type=cache,target=/var/cache/apt,sharing=locked \
    --mount=type=cache,target=/var/lib/apt,sharing=locked \
    rm -f /etc/apt/apt.conf.d/docker-clean && \
    echo 'Binary::apt::APT::Keep-Downloaded-Packages "true";' > /etc/apt/apt.conf.d/keep-cache && \
    apt-get update && apt-get install -y --no-install-recommends python3-poetry libgomp1
ENV POETRY_VIRTUALENVS_IN_PROJECT=true POETRY_NO_INTERACTION=1
WORKDIR /app
COPY pyproject.toml poetry.lock ./
RUN --mount=type=cache,target=/root/.cache/pypoetry/cache,sharing=locked \
    --mount=type=cache,target=/root/.cache/pypoetry/artifacts,sharing=locked \
    poetry install --no-root --only main

COPY . .
RUN --mount=type=cache,target=/root/.cache/pypoetry/cache,sharing=locked \
    --mount=type=cache,target=/root/.cache/pypoetry/artifacts,sharing=locked \
    poetry install --only main

# Takes out of the environment what is never run; prints what went and what was kept, and why.
RUN --mount=type=bind,source=docker/prune-site-packages.py,target=/tmp/prune-site-packages.py \
    python /tmp/prune-site-packages.py /app/.venv --tests --headers --static-libraries --native-sources --strip --installers

# Importing leaves bytecode of just these modules behind, so that the service starts as fast as before.
RUN /app/.venv/bin/python -I -c "import pandas; \
    from fastapi import FastAPI"

FROM python:3.11-slim
RUN --mount=type=cache,target=/var/cache/apt,sharing=locked \
    --mount=type=cache,target=/var/lib/apt,sharing=locked \
    rm -f /etc/apt/apt.conf.d/docker-clean && \
    echo 'Binary::apt::APT::Keep-Downloaded-Packages "true";' > /etc/apt/apt.conf.d/keep-cache && \
    apt-get update && apt-get install -y --no-install-recommends libgomp1
WORKDIR /app

COPY --from=builder /app/.venv /app/.venv
# The pip of the base image serves the environment.
ENV PIP_PYTHON=/app/.venv/bin/python

COPY . .
ENV VIRTUAL_ENV=/app/.venv PATH="/app/.venv/bin:$PATH"
CMD ["python", "-m", "svc"]

# applied start-command: `poetry run` starts what stands in /app/.venv/bin; with that first on PATH the program starts without poetry
# applied tool-layer-order: a change of the source no longer repeats the installation of the dependencies
# applied tool-stages: poetry and its caches, compilers and headers stay behind in the builder stage; the environment is copied to the same path
# applied slim-base: python:3.11 carries compilers, headers and version control for building; python:3.11-slim is the same Python on the same Debian without them
# applied runtime-packages: python3-poetry: for building or for people, not for the running application
# applied prune-tests: wheels ship their own test suites; a directory goes only when no other module imports it
# applied prune-headers: headers and static libraries are for compiling against, and nothing compiles in the running container
# applied strip-libraries: symbol tables are for debuggers; a library whose segments would lose their page alignment is kept as it is
# applied base-pip: the base image has a pip, which installs into any environment and lists it; nothing runs one there
# applied traced-bytecode: pip compiles every module of every distribution; the service loads a fraction of them
# applied cache-mounts: a changed requirement downloads nothing but itself, and no cache ends up in a layer
# left alone by runtime-packages: system package libgomp1: nothing here tells what it is for, so it stays
