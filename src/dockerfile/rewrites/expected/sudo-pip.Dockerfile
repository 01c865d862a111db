FROM nvidia/cuda:12.2.2-devel-ubuntu22.04
RUN --mount=type=cache,target=/var/cache/apt,sharing=locked \
    --mount=type=cache,target=/var/lib/apt,sharing=locked \
    rm -f /etc/apt/apt.conf.d/docker-clean && \
    echo 'Binary::apt::APT::Keep-Downloaded-Packages "true";' > /etc/apt/apt.conf.d/keep-cache && \
    apt-get update && apt-get install -y sudo python3-pip git
RUN --mount=type=cache,target=/root/.cache/pip,sharing=locked \
    sudo -H pip3 install torch
RUN su nobody -s /bin/sh -c "git --version"
CMD ["python3", "-c", "import torch"]

# applied cache-mounts: a changed requirement downloads nothing but itself, and no cache ends up in a layer
# left alone by split-stages: line 3: sudo looks past a virtual environment on PATH
# left alone by runtime-packages: system packages python3-pip, git: line 3 still installs distributions in this stage, which may need them
# left alone by cuda-base: line 1: nvidia/cuda:12.2.2-devel-ubuntu22.04 stays: the stage installs distributions that may need the compiler of nvidia/cuda:12.2.2-devel-ubuntu22.04
# left alone by no-recommends: line 2: python3-pip recommends a compiler and headers, which a distribution without a wheel needs
