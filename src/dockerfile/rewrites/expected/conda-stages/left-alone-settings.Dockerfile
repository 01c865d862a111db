FROM continuumio/miniconda3
ENV CONDA_ENVS_PATH=/data/envs
COPY environment.yml .
RUN conda env create -f environment.yml
ENV PATH=/data/envs/geo/bin:$PATH
CMD ["python", "app.py"]

# left alone: line 2: with `CONDA_ENVS_PATH` an environment is more than what lies at its path
# left alone: the container starts with the programs of conda’s own environment, not of geo
