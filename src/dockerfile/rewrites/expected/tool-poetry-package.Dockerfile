FROM python:3.8 AS builder
WORKDIR /container
RUN --mount=type=cache,target=/root/.cache/pip,sharing=locked \
    pip install poetry
RUN python -m venv /opt/venv
ENV VIRTUAL_ENV=/opt/venv PATH="/opt/venv/bin:$PATH"
COPY pyproject.toml poetry.lock ./
RUN --mount=type=cache,target=/root/.cache/pypoetry/cache,sharing=locked \
    --mount=type=cache,target=/root/.cache/pypoetry/artifacts,sharing=locked \
    poetry install --no-root --only main

COPY . /container
RUN --mount=type=cache,target=/root/.cache/pypoetry/cache,sharing=locked \
    --mount=type=cache,target=/root/.cache/pypoetry/artifacts,sharing=locked \
    poetry install --only main

# Takes out of the environment what is never run; prints what went and what was kept, and why.
RUN --mount=type=bind,source=docker/prune-site-packages.py,target=/tmp/prune-site-packages.py \
    python /tmp/prune-site-packages.py /opt/venv --tests --headers --static-libraries --native-sources --strip --installers

# Importing leaves bytecode of just these modules behind, so that the service starts as fast as before.
RUN python -I -c "import pandas; \
    from fastapi import FastAPI"

FROM python:3.8-slim
WORKDIR /container

COPY --from=builder /opt/venv /opt/venv
# The pip of the base image serves the environment.
ENV PIP_PYTHON=/opt/venv/bin/python
ENV VIRTUAL_ENV=/opt/venv PATH="/opt/venv/bin:$PATH"

COPY . /container
CMD container

# applied tool-environment: poetry installs below its cache, under a name with a hash; an environment at /opt/venv can be copied as a whole, without the tool
# applied start-command: `poetry run` starts what stands in /opt/venv/bin; with that first on PATH the program starts without poetry
# applied production-requirements: poetry install --only main: development dependencies have no use in the running container
# applied tool-layer-order: a change of the source no longer repeats the installation of the dependencies
# applied tool-stages: poetry and its caches, compilers and headers stay behind in the builder stage; the environment is copied to the same path
# applied slim-base: python:3.8 carries compilers, headers and version control for building; python:3.8-slim is the same Python on the same Debian without them
# applied prune-tests: wheels ship their own test suites; a directory goes only when no other module imports it
# applied prune-headers: headers and static libraries are for compiling against, and nothing compiles in the running container
# applied strip-libraries: symbol tables are for debuggers; a library whose segments would lose their page alignment is kept as it is
# applied base-pip: the base image has a pip, which installs into any environment and lists it; nothing runs one there
# applied traced-bytecode: pip compiles every module of every distribution; the service loads a fraction of them
# applied cache-mounts: a changed requirement downloads nothing but itself, and no cache ends up in a layer
