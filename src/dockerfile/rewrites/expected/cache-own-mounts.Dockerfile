FROM nvcr.io/nvidia/pytorch:24.01-py3
RUN --mount=type=cache,target=/root/.cache pip install fastapi
RUN --mount=type=secret,id=pip,target=/etc/pip.conf --mount=type=cache,target=/root/.cache/pip,sharing=locked \
    pip install uvicorn
RUN --mount=type=cache,dst=/var/cache/apt,sharing=locked --mount=type=cache,target=/var/lib/apt,sharing=locked apt-get update && apt-get install -y --no-install-recommends ffmpeg
CMD ["uvicorn", "app:app"]

# applied cache-mounts: a changed requirement downloads nothing but itself, and no cache ends up in a layer
# left alone by split-stages: line 1: nvcr.io/nvidia/pytorch:24.01-py3 may bring Python distributions of its own, which a fresh virtual environment would not see
