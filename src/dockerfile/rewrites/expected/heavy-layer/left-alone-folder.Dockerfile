FROM python:3.11 AS builder
WORKDIR /app
RUN python -m venv /app/.venv
COPY requirements.txt ./
RUN /app/.venv/bin/pip install -r requirements.txt

FROM python:3.11-slim
COPY --from=builder /app /app
CMD ["/app/.venv/bin/python", "app.py"]

# left alone: heavy distributions stay in one layer with the others: line 8 copies more than the environment
