FROM continuumio/miniconda3
RUN conda create -y -n geo python=3.11 gdal
RUN pip install flask
ENV PATH=/opt/conda/envs/geo/bin:$PATH
COPY . .
CMD ["python", "app.py"]

# left alone: conda installs into more than one environment (geo, base)
