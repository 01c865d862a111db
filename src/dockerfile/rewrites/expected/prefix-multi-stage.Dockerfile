FROM python:3.11-slim AS builder
RUN --mount=type=cache,target=/root/.cache/pip,sharing=locked \
    pip install --no-compile --upgrade pip
# The pip of the base image installs into the environment, which needs none of its own.
RUN python -m venv --without-pip /opt/venv
ENV PATH="/opt/venv/bin:$PATH" PIP_PYTHON=/opt/venv/bin/python

COPY requirements.txt .
# everything below one folder
RUN --mount=type=cache,target=/root/.cache/pip,sharing=locked \
    pip install --no-compile \
    -r requirements.txt

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

FROM python:3.11-slim
COPY --from=builder /opt/venv /opt/venv
# The pip of the base image serves the environment.
ENV PIP_PYTHON=/opt/venv/bin/python
ENV PATH="/opt/venv/bin:$PATH"
COPY . /app
WORKDIR /app
CMD ["python", "app.py"]

# applied virtual-environment: packages in /install serve one user or mix with the system's Python; an environment stands alone, and only what it holds is copied
# applied prune-tests: wheels ship their own test suites; a directory goes only when no other module imports it
# applied prune-headers: headers and static libraries are for compiling against, and nothing compiles in the running container
# applied strip-libraries: symbol tables are for debuggers; a library whose segments would lose their page alignment is kept as it is
# applied base-pip: the base image has a pip, which installs into any environment and lists it; nothing runs one there
# applied traced-bytecode: pip compiles every module of every distribution; the service loads a fraction of them
# applied cache-mounts: a changed requirement downloads nothing but itself, and no cache ends up in a layer
