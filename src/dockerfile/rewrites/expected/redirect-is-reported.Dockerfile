FROM python:3.11 AS builder
WORKDIR /app

RUN python -m venv /opt/venv
ENV PATH="/opt/venv/bin:$PATH"
RUN --mount=type=cache,target=/root/.cache/pip,sharing=locked \
    pip install --no-compile openvino>=2022.3 numpy

# Takes out of the environment what is never run; prints what went and what was kept, and why.
RUN --mount=type=bind,source=docker/prune-site-packages.py,target=/tmp/prune-site-packages.py \
    python /tmp/prune-site-packages.py /opt/venv --tests --headers --static-libraries --native-sources --strip --installers

# Importing leaves bytecode of just these modules behind, so that the service starts as fast as before.
RUN python -I -c "import pandas; \
    from fastapi import FastAPI"

FROM python:3.11-slim
WORKDIR /app

COPY --from=builder /opt/venv /opt/venv
# The pip of the base image serves the environment.
ENV PIP_PYTHON=/opt/venv/bin/python
ENV VIRTUAL_ENV=/opt/venv PATH="/opt/venv/bin:$PATH"
COPY . .
CMD ["python", "app.py"]

# applied split-stages: what only the installation needs (compilers, headers, pip caches, overwritten files) stays behind in the builder stage
# applied slim-base: python:3.11 carries compilers, headers and version control for building; python:3.11-slim is the same Python on the same Debian without them
# applied prune-tests: wheels ship their own test suites; a directory goes only when no other module imports it
# applied prune-headers: headers and static libraries are for compiling against, and nothing compiles in the running container
# applied strip-libraries: symbol tables are for debuggers; a library whose segments would lose their page alignment is kept as it is
# applied base-pip: the base image has a pip, which installs into any environment and lists it; nothing runs one there
# applied traced-bytecode: pip compiles every module of every distribution; the service loads a fraction of them
# applied cache-mounts: a changed requirement downloads nothing but itself, and no cache ends up in a layer
