FROM python:3.12 AS builder
RUN python -m venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH
WORKDIR /app
COPY . .
RUN pip install --no-cache-dir ".[serve]" gunicorn

FROM python:3.12-slim
WORKDIR /app
COPY --from=builder /opt/venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH
COPY . .
RUN chmod -R a+rX /app
CMD ["svc"]

# applied: the environment that is copied holds all of `.[serve]` then, the data that it declares included, whatever becomes of the source
