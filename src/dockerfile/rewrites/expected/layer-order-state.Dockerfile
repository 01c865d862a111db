FROM quay.io/acme/runtime:1
WORKDIR /app
COPY . .
ARG INDEX
ENV PIP_INDEX_URL=https://$INDEX/simple
RUN --mount=type=cache,target=/root/.cache/pip,sharing=locked \
    pip install -r requirements.txt
CMD ["python", "-m", "app"]

# applied cache-mounts: a changed requirement downloads nothing but itself, and no cache ends up in a layer
# left alone by split-stages: line 1: quay.io/acme/runtime:1 may bring Python distributions of its own, which a fresh virtual environment would not see
# left alone by layer-order: line 6: line 4 may decide how it installs, and stands behind the COPY of the source
