FROM python:3.11-slim
ENV POETRY_VERSION=1.8.3
RUN --mount=type=cache,target=/root/.cache/pip,sharing=locked \
    pip install "poetry==$POETRY_VERSION"
WORKDIR /code
COPY poetry.lock pyproject.toml /code/
RUN poetry config virtualenvs.create false && poetry install --only main --no-interaction --no-ansi
RUN pdm install --prod && pipenv install --system && uv sync --no-dev --frozen && uv sync --only-group serve
COPY . /code
CMD ["gunicorn", "svc.main:app"]

# applied production-requirements: poetry install --only main: development dependencies have no use in the running container; pdm install --prod: development dependencies have no use in the running container; pipenv without --dev: development dependencies have no use in the running container; uv sync --no-dev: development dependencies have no use in the running container
# applied slim-base: python:3.11 carries compilers, headers and version control for building; python:3.11-slim is the same Python on the same Debian without them (this stage also installs with pip: a distribution without a wheel would miss the compiler)
# applied cache-mounts: a changed requirement downloads nothing but itself, and no cache ends up in a layer
# left alone by split-stages: `RUN poetry config virtualenvs.create false && poetry install…`: the dependencies are installed by Poetry
# left alone by split-stages: `RUN pdm install --prod && pipenv install --system && uv sync…`: the dependencies are installed by PDM
# left alone by split-stages: `RUN pdm install --prod && pipenv install --system && uv sync…`: the dependencies are installed by Pipenv
# left alone by split-stages: `RUN pdm install --prod && pipenv install --system && uv sync…`: the dependencies are installed by uv sync
