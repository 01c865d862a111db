FROM pytorch/pytorch:2.3.1-cuda12.1-cudnn8-runtime
WORKDIR /app
COPY requirements.txt .
RUN --mount=type=cache,target=/root/.cache/pip,sharing=locked \
    pip install -r requirements.txt
COPY . .
CMD ["gunicorn", "app:app"]

# applied cache-mounts: a changed requirement downloads nothing but itself, and no cache ends up in a layer
# left alone by split-stages: line 1: pytorch/pytorch:2.3.1-cuda12.1-cudnn8-runtime may bring Python distributions of its own, which a fresh virtual environment would not see
