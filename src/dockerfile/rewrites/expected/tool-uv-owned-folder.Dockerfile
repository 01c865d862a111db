FROM python:3.12 AS builder
ENV UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=0
COPY --from=ghcr.io/astral-sh/uv:0.8 /uv /bin/
RUN useradd app
COPY --chown=app:app . /srv/app
WORKDIR /srv/app
RUN --mount=type=cache,target=/root/.cache/uv,sharing=locked \
    uv sync --frozen --no-dev
RUN --mount=type=cache,target=/root/.cache/uv,sharing=locked \
    uv pip install gunicorn

# Takes out of the environment what is never run; prints what went and what was kept, and why.
RUN --mount=type=bind,source=docker/prune-site-packages.py,target=/tmp/prune-site-packages.py \
    python /tmp/prune-site-packages.py /srv/app/.venv --tests --headers --static-libraries --native-sources --strip

# Importing leaves bytecode of just these modules behind, so that the service starts as fast as before.
RUN /srv/app/.venv/bin/python -I -c "import pandas; \
    from fastapi import FastAPI"

FROM python:3.12-slim
RUN useradd app
COPY --chown=app:app . /srv/app
WORKDIR /srv/app

COPY --from=builder /srv/app/.venv /srv/app/.venv
ENV VIRTUAL_ENV=/srv/app/.venv PATH="/srv/app/.venv/bin:$PATH"
USER app
CMD ["gunicorn", "app:app"]

# applied start-command: `uv run` starts what stands in /srv/app/.venv/bin; with that first on PATH the program starts without uv, and nothing is installed when the container starts
# applied tool-stages: uv and its caches, compilers and headers stay behind in the builder stage; the environment is copied to the same path
# applied slim-base: python:3.12 carries compilers, headers and version control for building; python:3.12-slim is the same Python on the same Debian without them
# applied prune-tests: wheels ship their own test suites; a directory goes only when no other module imports it
# applied prune-headers: headers and static libraries are for compiling against, and nothing compiles in the running container
# applied strip-libraries: symbol tables are for debuggers; a library whose segments would lose their page alignment is kept as it is
# applied traced-bytecode: pip compiles every module of every distribution; the service loads a fraction of them
# applied cache-mounts: a changed requirement downloads nothing but itself, and no cache ends up in a layer
# left alone by tool-layer-order: line 7: the COPY of the source gives the directory its owner and mode
# left alone by tool-stages: the environment is copied behind the source, and so again with each change of it: /srv/app gets its owner and mode from the COPY of the source
