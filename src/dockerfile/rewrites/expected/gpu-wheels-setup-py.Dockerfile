FROM pytorch/pytorch:2.1.0-cuda12.1-cudnn8-devel
WORKDIR /app
COPY . .
RUN --mount=type=cache,target=/root/.cache/pip,sharing=locked \
    pip install -r requirements.txt && python setup.py develop
CMD ["python", "serve.py"]

# applied cache-mounts: a changed requirement downloads nothing but itself, and no cache ends up in a layer
# left alone by split-stages: line 4: `setup.py` is called directly, and what it compiles and where it installs is not known
# left alone by split-stages: line 4: `python setup.py develop` runs in the same RUN as the installation, and its results would be left behind
# left alone by cuda-base: line 1: pytorch/pytorch:2.1.0-cuda12.1-cudnn8-devel stays: line 4: setup.py may compile
# left alone by layer-order: line 4: the RUN does more than install
