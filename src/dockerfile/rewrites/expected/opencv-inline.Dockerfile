FROM tensorflow/tensorflow:2.15.0
RUN --mount=type=cache,target=/var/cache/apt,sharing=locked \
    --mount=type=cache,target=/var/lib/apt,sharing=locked \
    rm -f /etc/apt/apt.conf.d/docker-clean && \
    echo 'Binary::apt::APT::Keep-Downloaded-Packages "true";' > /etc/apt/apt.conf.d/keep-cache && \
    apt-get update && apt-get install -y --no-install-recommends ffmpeg
RUN --mount=type=cache,target=/root/.cache/pip,sharing=locked \
    pip install opencv-python-headless==4.10.0.84 numpy
COPY . .
CMD ["python", "serve.py"]

# applied headless-opencv: nothing opens a window, and the headless build has the same modules without them; only they need libgl1, libsm6
# applied cache-mounts: a changed requirement downloads nothing but itself, and no cache ends up in a layer
# left alone by split-stages: line 1: tensorflow/tensorflow:2.15.0 may bring Python distributions of its own, which a fresh virtual environment would not see
