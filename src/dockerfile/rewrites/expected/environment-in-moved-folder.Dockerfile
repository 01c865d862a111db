FROM python:3.12 AS builder
WORKDIR /build
RUN --mount=type=cache,target=/root/.cache/pip,sharing=locked \
    python -m venv .venv && .venv/bin/pip install fastapi

FROM python:3.12-slim
COPY --from=builder /build /app
CMD ["/app/.venv/bin/python", "app.py"]

# applied cache-mounts: a changed requirement downloads nothing but itself, and no cache ends up in a layer
