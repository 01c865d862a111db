FROM python:3.11 AS builder
RUN python -m venv /opt/venv && /opt/venv/bin/pip install fastapi
FROM python:3.11-slim
COPY --from=builder /opt/venv /opt/venv
COPY . .
RUN pip install ./lib
CMD ["python"]


