FROM quay.io/jupyter/scipy-notebook:2024-10-07
RUN pip install --no-cache-dir fastapi
USER root
RUN --mount=type=cache,target=/var/cache/apt,sharing=locked \
    --mount=type=cache,target=/var/lib/apt,sharing=locked \
    rm -f /etc/apt/apt.conf.d/docker-clean && \
    echo 'Binary::apt::APT::Keep-Downloaded-Packages "true";' > /etc/apt/apt.conf.d/keep-cache && \
    apt-get update && apt-get install -y --no-install-recommends ffmpeg
USER ${NB_UID}

# applied cache-mounts: a changed requirement downloads nothing but itself, and no cache ends up in a layer
# left alone by split-stages: line 1: quay.io/jupyter/scipy-notebook:2024-10-07 may bring Python distributions of its own, which a fresh virtual environment would not see
# left alone by cache-mounts: line 2: runs as jovyan: a mount below its home would leave a folder there that belongs to root
