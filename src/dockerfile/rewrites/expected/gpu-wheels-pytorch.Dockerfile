FROM pytorch/pytorch:2.1.0-cuda12.1-cudnn8-runtime
WORKDIR /app
COPY requirements.txt .
RUN --mount=type=cache,target=/root/.cache/pip,sharing=locked \
    pip install -r requirements.txt
COPY . .
CMD ["python", "serve.py"]

# applied cuda-base: pytorch/pytorch:2.1.0-cuda12.1-cudnn8-devel carries the CUDA compiler, headers and static libraries; its runtime variant has the same CUDA libraries without them (this stage also installs distributions: one without a wheel would miss the compiler)
# applied cache-mounts: a changed requirement downloads nothing but itself, and no cache ends up in a layer
# left alone by split-stages: line 1: pytorch/pytorch:2.1.0-cuda12.1-cudnn8-devel may bring Python distributions of its own, which a fresh virtual environment would not see
