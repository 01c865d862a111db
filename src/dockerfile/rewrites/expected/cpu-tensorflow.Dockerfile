FROM tensorflow/tensorflow:2.15.0-jupyter
WORKDIR /app
COPY requirements.txt .
RUN --mount=type=cache,target=/root/.cache/pip,sharing=locked \
    pip install -r requirements.txt
COPY . .
CMD ["python", "serve.py"]

# applied cuda-base: tensorflow/tensorflow:2.15.0-gpu-jupyter carries the GPU build and CUDA; the tag without -gpu is the same TensorFlow for the CPU
# applied cache-mounts: a changed requirement downloads nothing but itself, and no cache ends up in a layer
# left alone by split-stages: line 1: tensorflow/tensorflow:2.15.0-gpu-jupyter may bring Python distributions of its own, which a fresh virtual environment would not see
