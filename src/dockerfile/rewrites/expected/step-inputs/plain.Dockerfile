FROM python:3.11-slim
WORKDIR /app
COPY --from=builder /opt/venv /opt/venv

# train the model while we build
RUN --mount=type=bind,source=app/__init__.py,target=/app/app/__init__.py \
    --mount=type=bind,source=app/features.py,target=/app/app/features.py \
    --mount=type=bind,source=data,target=/app/data \
    --mount=type=bind,source=train.py,target=/app/train.py \
    python train.py

# The application.
COPY . .

EXPOSE 8000
CMD ["python", "app.py"]

# applied: train.py reads app/__init__.py, app/features.py, data: a change of other code does not run it again
