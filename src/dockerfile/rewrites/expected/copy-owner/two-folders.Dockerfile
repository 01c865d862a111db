FROM python:3.12-slim
RUN useradd app
COPY --chown=app:app models /models
WORKDIR /app
COPY --chown=app:app . .
RUN chown app:app /app /models
USER app

# applied: line 5 stores every file below /app and /models a second time to change its owner
