FROM python:3.12-slim
WORKDIR /app
RUN useradd --create-home --uid 10001 app
COPY --chown=app:app . .
RUN mkdir -p data/cache /var/run/app
RUN mkdir -p /app /app/data /app/data/cache && chown app:app /app /app/data /app/data/cache
USER app
CMD ["python", "app.py"]

# applied: whoever breaks out of the application is not root; app (10001) has a home and owns /app, /app/data, /app/data/cache. What is mounted from outside must be writable for 10001
