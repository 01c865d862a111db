FROM python:3.12-slim
RUN useradd app
COPY --chown=root:root . /app
RUN chown -R app:app /app

# left alone: line 3: has --chown=root:root already
