FROM continuumio/miniconda3 AS base
COPY environment.yml .
RUN conda env create -f environment.yml
ENV PATH=/opt/conda/envs/geo/bin:$PATH

FROM base
COPY . .
CMD ["python", "app.py"]

# left alone: line 3: conda installs in a stage that the image only grows from
