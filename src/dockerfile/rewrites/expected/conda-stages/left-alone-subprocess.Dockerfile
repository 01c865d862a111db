FROM continuumio/miniconda3
COPY environment.yml .
RUN conda env create -f environment.yml
COPY . .
ENTRYPOINT ["conda", "run", "-n", "geo", "python", "app.py"]

# left alone: app.py:7 names /opt/conda/envs/other/bin/python
