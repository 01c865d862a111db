FROM python:3.11-slim
WORKDIR /app
RUN --mount=type=bind,source=app,target=/app/app \
    --mount=type=bind,source=data,target=/app/data \
    python -u -m app.train --data data/customers.csv

COPY . .
CMD ["python", "app.py"]

# applied: app/train.py reads app, data: a change of other code does not run it again
