FROM quay.io/acme/runtime:1
COPY requirements.txt /tmp/requirements.txt
RUN --mount=type=cache,target=/root/.cache/pip,sharing=locked \
    pip install -r /tmp/requirements.txt

COPY app ./app
CMD ["python", "-m", "app"]

# applied layer-order: a change of the source no longer repeats the installation
# applied cache-mounts: a changed requirement downloads nothing but itself, and no cache ends up in a layer
# left alone by split-stages: line 1: quay.io/acme/runtime:1 may bring Python distributions of its own, which a fresh virtual environment would not see
