ARG PYTHON_VERSION=3.11
FROM python:${PYTHON_VERSION} AS builder
ENV PATH=/venv/bin:$PATH
RUN python -m venv /venv
COPY requirements.txt /tmp/
RUN --mount=type=cache,target=/root/.cache/pip,sharing=locked \
    /venv/bin/pip install --no-compile -r /tmp/requirements.txt

# Takes out of the environment what is never run; prints what went and what was kept, and why.
RUN --mount=type=bind,source=docker/prune-site-packages.py,target=/tmp/prune-site-packages.py \
    python /tmp/prune-site-packages.py /venv --tests --headers --static-libraries --native-sources --strip --installers

# Importing leaves bytecode of just these modules behind, so that the service starts as fast as before.
RUN python -I -c "import pandas; \
    from fastapi import FastAPI"

FROM python:${PYTHON_VERSION}-slim as app
ENV PATH=/venv/bin:$PATH

COPY --from=builder /venv /venv
# The pip of the base image serves the environment.
ENV PIP_PYTHON=/venv/bin/python
COPY . /app
WORKDIR /app
USER 1000
CMD ["python", "main.py"]

# applied split-stages: what only the installation needs (compilers, headers, pip caches, overwritten files) stays behind in the builder stage
# applied slim-base: python:${PYTHON_VERSION} carries compilers, headers and version control for building; python:${PYTHON_VERSION}-slim is the same Python on the same Debian without them
# applied prune-tests: wheels ship their own test suites; a directory goes only when no other module imports it
# applied prune-headers: headers and static libraries are for compiling against, and nothing compiles in the running container
# applied strip-libraries: symbol tables are for debuggers; a library whose segments would lose their page alignment is kept as it is
# applied base-pip: the base image has a pip, which installs into any environment and lists it; nothing runs one there
# applied traced-bytecode: pip compiles every module of every distribution; the service loads a fraction of them
# applied cache-mounts: a changed requirement downloads nothing but itself, and no cache ends up in a layer
