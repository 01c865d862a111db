FROM python:3.10-slim as base
ARG GITHUB_TOKEN
ENV PYTHONUNBUFFERED=1
RUN --mount=type=cache,target=/root/.cache/pip,sharing=locked \
    pip install poetry==1.7.1
WORKDIR /app
COPY poetry.lock pyproject.toml ./
RUN --mount=type=cache,target=/root/.cache/pypoetry/cache,sharing=locked \
    --mount=type=cache,target=/root/.cache/pypoetry/artifacts,sharing=locked \
    poetry config http-basic.private user $GITHUB_TOKEN && poetry config virtualenvs.create false && poetry install --no-dev --no-root -E gpu
RUN python -m spacy download en_core_web_sm
COPY src ./src
ENTRYPOINT ["poetry", "run"]
CMD ["python", "src/main.py"]

# applied slim-base: python:3.10 carries compilers, headers and version control for building; python:3.10-slim is the same Python on the same Debian without them (this stage also installs distributions: one without a wheel would miss the compiler)
# applied cache-mounts: a changed requirement downloads nothing but itself, and no cache ends up in a layer
# left alone by tool-stages: line 10: `poetry run` needs the tool in the running container
