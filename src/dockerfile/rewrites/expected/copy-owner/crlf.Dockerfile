FROM python:3.12-slim
WORKDIR /app
RUN useradd app
COPY --chown=app:app . .
RUN chown app:app .
USER app

# applied: line 4 stores every file below /app a second time to change its owner
