# From here:
# https://stackoverflow.com/questions/53835198/integrating-python-poetry-with-docker

FROM python:3.9 AS builder

WORKDIR /code

RUN --mount=type=cache,target=/root/.cache/pip,sharing=locked \
    apt-get update && \
  pip install "poetry==1.1.10" && \
  rm -rf /var/lib/apt/lists/*

# Copy only requirements to cache them in docker layer
COPY poetry.lock pyproject.toml /code/

RUN python -m venv /opt/venv
ENV VIRTUAL_ENV=/opt/venv PATH="/opt/venv/bin:$PATH"

# Project initialization:
RUN --mount=type=cache,target=/root/.cache \
  poetry config virtualenvs.create false \
  && poetry install --only main --no-interaction --no-ansi --no-root

# Creating folders, and files for a project:
COPY . /code

# Install the root package
RUN --mount=type=cache,target=/root/.cache/pypoetry/cache,sharing=locked \
    --mount=type=cache,target=/root/.cache/pypoetry/artifacts,sharing=locked \
    poetry install --only main --no-interaction --no-ansi

# Takes out of the environment what is never run; prints what went and what was kept, and why.
RUN --mount=type=bind,source=docker/prune-site-packages.py,target=/tmp/prune-site-packages.py \
    python /tmp/prune-site-packages.py /opt/venv --tests --headers --static-libraries --native-sources --strip --installers

# Importing leaves bytecode of just these modules behind, so that the service starts as fast as before.
RUN python -I -c "import pandas; \
    from fastapi import FastAPI"

FROM python:3.9-slim

WORKDIR /code

COPY --from=builder /opt/venv /opt/venv
# The pip of the base image serves the environment.
ENV PIP_PYTHON=/opt/venv/bin/python
ENV VIRTUAL_ENV=/opt/venv PATH="/opt/venv/bin:$PATH"

EXPOSE 8000

# Creating folders, and files for a project:
COPY . /code
CMD ["uvicorn", "svc:app"]

# applied tool-environment: poetry installs among the packages of the system; an environment at /opt/venv can be copied as a whole, without the tool
# applied production-requirements: poetry install --only main: development dependencies have no use in the running container; poetry install --only main: development dependencies have no use in the running container
# applied tool-stages: poetry and its caches, compilers and headers stay behind in the builder stage; the environment is copied to the same path
# applied slim-base: python:3.9 carries compilers, headers and version control for building; python:3.9-slim is the same Python on the same Debian without them
# applied prune-tests: wheels ship their own test suites; a directory goes only when no other module imports it
# applied prune-headers: headers and static libraries are for compiling against, and nothing compiles in the running container
# applied strip-libraries: symbol tables are for debuggers; a library whose segments would lose their page alignment is kept as it is
# applied base-pip: the base image has a pip, which installs into any environment and lists it; nothing runs one there
# applied traced-bytecode: pip compiles every module of every distribution; the service loads a fraction of them
# applied cache-mounts: a changed requirement downloads nothing but itself, and no cache ends up in a layer
