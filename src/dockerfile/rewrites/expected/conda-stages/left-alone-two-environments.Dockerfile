FROM continuumio/miniconda3
RUN conda create -y -n geo python=3.11 gdal && conda create -y -n web python=3.12 flask
ENV PATH=/opt/conda/envs/web/bin:$PATH
COPY . .
CMD ["python", "app.py"]

# left alone: conda installs into more than one environment (geo, web)
