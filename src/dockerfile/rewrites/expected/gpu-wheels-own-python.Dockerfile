# The interpreter comes from deadsnakes.
ARG CUDA_VERSION=12.4.1
FROM nvidia/cuda:${CUDA_VERSION}-base-ubuntu22.04 AS runtime
RUN --mount=type=cache,target=/var/cache/apt,sharing=locked \
    --mount=type=cache,target=/var/lib/apt,sharing=locked \
    rm -f /etc/apt/apt.conf.d/docker-clean && \
    echo 'Binary::apt::APT::Keep-Downloaded-Packages "true";' > /etc/apt/apt.conf.d/keep-cache && \
    apt-get update && apt-get install -y software-properties-common && add-apt-repository -y ppa:deadsnakes/ppa \
    && apt-get update && apt-get install --no-install-recommends -y python3.11 python3.11-venv
RUN --mount=type=cache,target=/root/.cache/pip,sharing=locked \
    python3.11 -m ensurepip && python3.11 -m pip install torch==2.4.0
COPY app.py .
ENTRYPOINT ["python3.11", "app.py"]

# applied cuda-base: the wheels of torch bring CUDA's libraries themselves, and nothing was found that loads those of nvidia/cuda:12.4.1-cudnn-devel-ubuntu22.04
# applied no-recommends: apt also installs what packages recommend, unless it is told not to
# applied cache-mounts: a changed requirement downloads nothing but itself, and no cache ends up in a layer
# left alone by split-stages: line 7: `python3.11 -m ensurepip` runs in the same RUN as the installation, and its results would be left behind
# left alone by split-stages: line 4: `RUN apt-get update && apt-get install -y software-properties…` runs before the installation, and what it leaves for pip or for the application is not known
# left alone by no-recommends: line 4: add-apt-repository needs what software-properties-common merely recommends (gpg-agent)
