FROM continuumio/miniconda3
RUN useradd -m app
USER app
COPY environment.yml .
RUN conda env create -f environment.yml
ENV PATH=/home/app/.conda/envs/geo/bin:$PATH
CMD ["python", "app.py"]

# left alone: line 5: the environment belongs to app, and copying it would change that
# left alone: the container starts with the programs of conda’s own environment, not of geo
