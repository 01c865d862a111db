FROM python:3.12-slim
WORKDIR /app
RUN useradd app
COPY --chown=app:app . .
RUN mkdir -p /var/log/svc /app/data && \
    chown app:app /app /app/data && chown -R app:app /var/log/svc /run
USER app

# applied: line 4 stores every file below /app a second time to change its owner
