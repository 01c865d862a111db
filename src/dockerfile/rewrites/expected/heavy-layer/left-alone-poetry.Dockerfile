FROM python:3.11 AS builder
RUN pip install poetry
ENV POETRY_VIRTUALENVS_IN_PROJECT=1
WORKDIR /app
COPY pyproject.toml poetry.lock ./
RUN poetry install --no-root

FROM python:3.11-slim
COPY --from=builder /app/.venv /app/.venv
CMD ["/app/.venv/bin/python", "app.py"]

# left alone: heavy distributions stay in one layer with the others: line 6 installs all that a lock file or manifest lists in one step
