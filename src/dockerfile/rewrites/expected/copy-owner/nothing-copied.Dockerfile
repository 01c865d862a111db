FROM python:3.12-slim
RUN useradd app && mkdir -p /app/data && chown -R app:app /app/data


