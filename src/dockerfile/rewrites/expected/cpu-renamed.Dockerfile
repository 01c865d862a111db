FROM tensorflow/tensorflow:2.15.0
WORKDIR /app
RUN --mount=type=cache,target=/root/.cache/pip,sharing=locked \
    pip install onnxruntime "tensorflow-cpu>=2.16,<3" fastapi
COPY . .
CMD ["python", "serve.py"]

# applied cpu-wheels: onnxruntime-gpu → onnxruntime, tensorflow[and-cuda]>=2.16,<3 → tensorflow-cpu>=2.16,<3: nothing needs the GPU build
# applied cache-mounts: a changed requirement downloads nothing but itself, and no cache ends up in a layer
# left alone by split-stages: line 1: tensorflow/tensorflow:2.15.0 may bring Python distributions of its own, which a fresh virtual environment would not see
