FROM tensorflow/tensorflow:2.15.0
WORKDIR /opt/app
ADD ./requirements.txt /requirements.txt
RUN --mount=type=cache,target=/root/.cache/pip,sharing=locked \
    pip install -r /requirements.txt

ADD ./src /opt/app
CMD ["python", "main.py"]

# applied layer-order: a change of the source no longer repeats the installation
# applied cache-mounts: a changed requirement downloads nothing but itself, and no cache ends up in a layer
# left alone by split-stages: line 1: tensorflow/tensorflow:2.15.0 may bring Python distributions of its own, which a fresh virtual environment would not see
