FROM python:3.11-slim AS base
WORKDIR /app
COPY requirements.txt .
RUN --mount=type=cache,target=/root/.cache/pip,sharing=locked \
    pip install -r requirements.txt

FROM base AS test
COPY requirements-dev.txt .
RUN --mount=type=cache,target=/root/.cache/pip,sharing=locked \
    pip install pytest && pip install -r requirements-dev.txt
RUN --mount=type=cache,target=/root/.cache/pip,sharing=locked \
    pip install black

FROM base AS prod
COPY . .
CMD ["python", "app.py"]

# applied cache-mounts: a changed requirement downloads nothing but itself, and no cache ends up in a layer
