FROM python:3-slim
WORKDIR /app
COPY ./app /app/app
COPY Pipfile Pipfile.lock /
RUN --mount=type=cache,target=/root/.cache/pip,sharing=locked \
    pip install pipenv
RUN --mount=type=cache,target=/root/.cache/pipenv,sharing=locked \
    cd / && pipenv install --system --deploy --ignore-pipfile
CMD ["/bin/bash", "-c", "python -m app"]
EXPOSE 8080

# applied cache-mounts: a changed requirement downloads nothing but itself, and no cache ends up in a layer
# left alone by tool-stages: pipenv: it runs in another directory, so where it puts the environment is not known
