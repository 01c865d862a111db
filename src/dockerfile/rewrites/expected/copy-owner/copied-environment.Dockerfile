FROM python:3.12 AS builder
RUN python -m venv /opt/venv && /opt/venv/bin/pip install flask

FROM python:3.12-slim
RUN useradd app
COPY --from=builder --chown=app:app /opt/venv /opt/venv
WORKDIR /app
COPY --chown=app:app . .
RUN chown app:app /app /opt/venv
USER app

# applied: line 9 stores every file below /app and /opt/venv a second time to change its owner
