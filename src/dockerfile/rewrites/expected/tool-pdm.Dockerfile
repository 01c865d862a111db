FROM python:3.12 AS builder
WORKDIR /app
COPY pdm.lock ./
COPY pyproject.toml ./
RUN --mount=type=cache,target=/root/.cache/pip,sharing=locked \
    pip install --no-compile --upgrade pip && \
    pip install pdm
RUN --mount=type=cache,target=/root/.cache/pdm,sharing=locked \
    pdm install --prod

# Takes out of the environment what is never run; prints what went and what was kept, and why.
RUN --mount=type=bind,source=docker/prune-site-packages.py,target=/tmp/prune-site-packages.py \
    python /tmp/prune-site-packages.py /app/.venv --tests --headers --static-libraries --native-sources --strip

# Importing leaves bytecode of just these modules behind, so that the service starts as fast as before.
RUN /app/.venv/bin/python -I -c "import pandas; \
    from fastapi import FastAPI"

FROM python:3.12-slim
WORKDIR /app

COPY --from=builder /app/.venv /app/.venv
COPY pdm.lock ./
COPY pyproject.toml ./
ENV VIRTUAL_ENV=/app/.venv PATH="/app/.venv/bin:$PATH"
ADD src ./src
COPY .env ./
EXPOSE 80
ENTRYPOINT ["python", "-m", "src"]

# applied start-command: `pdm run` starts what stands in /app/.venv/bin; with that first on PATH the program starts without pdm
# applied production-requirements: pdm install --prod: development dependencies have no use in the running container
# applied tool-stages: pdm and its caches, compilers and headers stay behind in the builder stage; the environment is copied to the same path
# applied slim-base: python:3.12 carries compilers, headers and version control for building; python:3.12-slim is the same Python on the same Debian without them
# applied prune-tests: wheels ship their own test suites; a directory goes only when no other module imports it
# applied prune-headers: headers and static libraries are for compiling against, and nothing compiles in the running container
# applied strip-libraries: symbol tables are for debuggers; a library whose segments would lose their page alignment is kept as it is
# applied traced-bytecode: pip compiles every module of every distribution; the service loads a fraction of them
# applied cache-mounts: a changed requirement downloads nothing but itself, and no cache ends up in a layer
