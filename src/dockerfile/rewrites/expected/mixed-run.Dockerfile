FROM python:3.11-bookworm AS builder
WORKDIR /srv

RUN python -m venv /opt/venv
ENV PATH="/opt/venv/bin:$PATH"
COPY requirements.txt .
# psycopg2 is compiled
RUN --mount=type=cache,target=/root/.cache/pip,sharing=locked \
    --mount=type=cache,target=/var/cache/apt,sharing=locked \
    --mount=type=cache,target=/var/lib/apt,sharing=locked \
    rm -f /etc/apt/apt.conf.d/docker-clean && \
    echo 'Binary::apt::APT::Keep-Downloaded-Packages "true";' > /etc/apt/apt.conf.d/keep-cache && \
    apt-get update && apt-get install -y gcc libpq-dev && pip install --no-compile -r requirements.txt

# Takes out of the environment what is never run; prints what went and what was kept, and why.
RUN --mount=type=bind,source=docker/prune-site-packages.py,target=/tmp/prune-site-packages.py \
    python /tmp/prune-site-packages.py /opt/venv --tests --headers --static-libraries --native-sources --strip --installers

# Importing leaves bytecode of just these modules behind, so that the service starts as fast as before.
RUN python -I -c "import pandas; \
    from fastapi import FastAPI"

FROM python:3.11-slim-bookworm
WORKDIR /srv

RUN --mount=type=cache,target=/var/cache/apt,sharing=locked \
    --mount=type=cache,target=/var/lib/apt,sharing=locked \
    rm -f /etc/apt/apt.conf.d/docker-clean && \
    echo 'Binary::apt::APT::Keep-Downloaded-Packages "true";' > /etc/apt/apt.conf.d/keep-cache && \
    apt-get update && apt-get install -y --no-install-recommends libpq5

COPY --from=builder /opt/venv /opt/venv
# The pip of the base image serves the environment.
ENV PIP_PYTHON=/opt/venv/bin/python
ENV VIRTUAL_ENV=/opt/venv PATH="/opt/venv/bin:$PATH"
COPY src/ src/
CMD python -m src.main

# applied split-stages: what only the installation needs (compilers, headers, pip caches, overwritten files) stays behind in the builder stage
# applied slim-base: python:3.11-bookworm carries compilers, headers and version control for building; python:3.11-slim-bookworm is the same Python on the same Debian without them
# applied runtime-packages: libpq-dev: for building or for people, not for the running application
# applied prune-tests: wheels ship their own test suites; a directory goes only when no other module imports it
# applied prune-headers: headers and static libraries are for compiling against, and nothing compiles in the running container
# applied strip-libraries: symbol tables are for debuggers; a library whose segments would lose their page alignment is kept as it is
# applied base-pip: the base image has a pip, which installs into any environment and lists it; nothing runs one there
# applied traced-bytecode: pip compiles every module of every distribution; the service loads a fraction of them
# applied cache-mounts: a changed requirement downloads nothing but itself, and no cache ends up in a layer
