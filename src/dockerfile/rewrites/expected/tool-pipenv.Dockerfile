FROM python:3-slim AS builder
WORKDIR /code
# Copy Pipfile related files
COPY Pipfile.lock /code/
COPY Pipfile /code/
# Install dependencies
RUN --mount=type=cache,target=/root/.cache/pip,sharing=locked \
    pip install pipenv
RUN python -m venv /opt/venv
ENV VIRTUAL_ENV=/opt/venv PATH="/opt/venv/bin:$PATH"
RUN --mount=type=cache,target=/root/.cache/pipenv,sharing=locked \
    pipenv install --system --deploy

# Takes out of the environment what is never run; prints what went and what was kept, and why.
RUN --mount=type=bind,source=docker/prune-site-packages.py,target=/tmp/prune-site-packages.py \
    --mount=type=cache,target=/var/cache/apt,sharing=locked \
    --mount=type=cache,target=/var/lib/apt,sharing=locked \
    rm -f /etc/apt/apt.conf.d/docker-clean && \
    echo 'Binary::apt::APT::Keep-Downloaded-Packages "true";' > /etc/apt/apt.conf.d/keep-cache && \
    apt-get update && apt-get install -y --no-install-recommends binutils && \
    python /tmp/prune-site-packages.py /opt/venv --tests --headers --static-libraries --native-sources --strip --installers

# Importing leaves bytecode of just these modules behind, so that the service starts as fast as before.
RUN python -I -c "import pandas; \
    from fastapi import FastAPI"

FROM python:3-slim
WORKDIR /code

COPY --from=builder /opt/venv /opt/venv
# The pip of the base image serves the environment.
ENV PIP_PYTHON=/opt/venv/bin/python
ENV VIRTUAL_ENV=/opt/venv PATH="/opt/venv/bin:$PATH"
# Default command to run app
CMD gunicorn webcompat_domains:create_app\(\) -b 0.0.0.0:${PORT:-5000} -w 3
# Copy codebase to docker image
COPY . /code

# applied tool-environment: pipenv installs among the packages of the system; an environment at /opt/venv can be copied as a whole, without the tool
# applied production-requirements: pipenv without --dev: development dependencies have no use in the running container
# applied tool-stages: pipenv and its caches, compilers and headers stay behind in the builder stage; the environment is copied to the same path
# applied prune-tests: wheels ship their own test suites; a directory goes only when no other module imports it
# applied prune-headers: headers and static libraries are for compiling against, and nothing compiles in the running container
# applied strip-libraries: symbol tables are for debuggers; a library whose segments would lose their page alignment is kept as it is
# applied base-pip: the base image has a pip, which installs into any environment and lists it; nothing runs one there
# applied traced-bytecode: pip compiles every module of every distribution; the service loads a fraction of them
# applied cache-mounts: a changed requirement downloads nothing but itself, and no cache ends up in a layer
