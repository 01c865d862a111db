FROM python:3.12-slim
WORKDIR /app
RUN groupadd -g 1000 app && useradd -u 1000 -g app -m app
# The code.
COPY --chown=app:app . .
RUN mkdir -p /app/data/cache \
    && chown app:app /app /app/data /app/data/cache
USER app
CMD ["python", "app.py"]

# applied: line 5 stores every file below /app a second time to change its owner
