FROM nvidia/cuda:12.1.1-runtime-rockylinux8
RUN dnf install -y python3.11 && python3.11 -m ensurepip
COPY requirements.txt .
RUN --mount=type=cache,target=/root/.cache/pip,sharing=locked \
    python3.11 -m pip install -r requirements.txt
CMD ["python3.11", "serve.py"]

# applied cache-mounts: a changed requirement downloads nothing but itself, and no cache ends up in a layer
# left alone by split-stages: line 2: `RUN dnf install -y python3.11 && python3.11 -m ensurepip` runs before the installation, and what it leaves for pip or for the application is not known
# left alone by cuda-base: line 1: nvidia/cuda:12.1.1-runtime-rockylinux8 stays: the image below it is no Ubuntu (rockylinux8)
