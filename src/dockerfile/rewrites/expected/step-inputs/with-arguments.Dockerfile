FROM python:3.11-slim
WORKDIR /app
RUN --mount=type=bind,source=app/__init__.py,target=/app/app/__init__.py \
    --mount=type=bind,source=app/features.py,target=/app/app/features.py \
    --mount=type=bind,source=data,target=/app/data \
    --mount=type=bind,source=train.py,target=/app/train.py \
    python train.py --epochs 3

COPY . .
CMD ["python", "app.py"]

# applied: train.py reads app/__init__.py, app/features.py, data: a change of other code does not run it again
