FROM python:3.12-slim
RUN useradd --uid 1000 app
WORKDIR /app
ADD --chown=app:app . .
RUN chown app:app /app
USER app

# applied: line 5 stores every file below /app a second time to change its owner
