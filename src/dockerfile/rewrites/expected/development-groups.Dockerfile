FROM python:3.11-slim
ENV POETRY_VERSION=1.8.3
RUN --mount=type=cache,target=/root/.cache/pip,sharing=locked \
    pip install "poetry==$POETRY_VERSION"
WORKDIR /code
COPY poetry.lock pyproject.toml /code/
RUN --mount=type=cache,target=/root/.cache/pypoetry/cache,sharing=locked \
    --mount=type=cache,target=/root/.cache/pypoetry/artifacts,sharing=locked \
    poetry config virtualenvs.create false && poetry install --only main --no-interaction --no-ansi
RUN --mount=type=cache,target=/root/.cache/pdm,sharing=locked \
    --mount=type=cache,target=/root/.cache/pipenv,sharing=locked \
    --mount=type=cache,target=/root/.cache/uv,sharing=locked \
    pdm install --prod && pipenv install --system && uv sync --no-dev --frozen && uv sync --only-group serve
COPY . /code
CMD ["gunicorn", "svc.main:app"]

# applied production-requirements: poetry install --only main: development dependencies have no use in the running container; pdm install --prod: development dependencies have no use in the running container; pipenv without --dev: development dependencies have no use in the running container; uv sync --no-dev: development dependencies have no use in the running container
# applied slim-base: python:3.11 carries compilers, headers and version control for building; python:3.11-slim is the same Python on the same Debian without them (this stage also installs distributions: one without a wheel would miss the compiler)
# applied cache-mounts: a changed requirement downloads nothing but itself, and no cache ends up in a layer
# left alone by tool-stages: both poetry and pdm install, each into an environment of its own
