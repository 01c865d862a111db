FROM continuumio/miniconda3
COPY environment.yml .
RUN conda env update -n base -f environment.yml && conda clean -afy
RUN --mount=type=cache,target=/root/.cache/pip,sharing=locked \
    pip install fastapi
COPY . .
CMD ["python", "app.py"]

# applied conda-clean: the archives and the index that conda has downloaded stay in the layer; the files of the environment do not need them
# applied cache-mounts: a changed requirement downloads nothing but itself, and no cache ends up in a layer
# left alone by split-stages: line 3: the dependencies are installed by conda, whose activation scripts may set what the application needs
# left alone by split-stages: line 3: `RUN conda env update -n base -f environment.yml` runs before the installation, and what it leaves for pip or for the application is not known
