FROM python:3.11-slim
RUN --mount=type=cache,target=/root/.cache/pip,sharing=locked \
    pip install poetry
COPY pyproject.toml poetry.lock ./
RUN --mount=type=cache,target=/root/.cache/pypoetry/cache,sharing=locked \
    --mount=type=cache,target=/root/.cache/pypoetry/artifacts,sharing=locked \
    poetry install --only main
COPY . .
CMD ["poetry", "run", "serve"]

# applied slim-base: python:3.11 carries compilers, headers and version control for building; python:3.11-slim is the same Python on the same Debian without them (this stage also installs distributions: one without a wheel would miss the compiler)
# applied cache-mounts: a changed requirement downloads nothing but itself, and no cache ends up in a layer
# left alone by tool-stages: poetry: its working directory is not known, so where it puts the environment is not known
