FROM nvcr.io/nvidia/pytorch:24.01-py3
ENV HOME=/workspace
RUN pip install --no-cache-dir fastapi
ENV PIP_CACHE_DIR=/var/cache/pip
RUN --mount=type=cache,target=/var/cache/pip,sharing=locked \
    pip install uvicorn
CMD ["uvicorn", "app:app"]

# applied cache-mounts: a changed requirement downloads nothing but itself, and no cache ends up in a layer
# left alone by split-stages: line 1: nvcr.io/nvidia/pytorch:24.01-py3 may bring Python distributions of its own, which a fresh virtual environment would not see
# left alone by cache-mounts: line 3: HOME or another variable puts the cache of pip elsewhere
