FROM continuumio/miniconda3 AS builder
SHELL ["/bin/bash", "-c"]
WORKDIR /app
COPY environment.yml requirements.txt ./
RUN conda env create -f environment.yml
RUN source activate geo && pip install -r requirements.txt
RUN . /opt/conda/etc/profile.d/conda.sh && conda activate geo && conda install -y -c conda-forge proj

FROM debian:bookworm-slim
ENV LANG=C.UTF-8 LC_ALL=C.UTF-8
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates libglib2.0-0 libsm6 libxext6 libxrender1 && rm -rf /var/lib/apt/lists/*
SHELL ["/bin/bash", "-c"]
WORKDIR /app

COPY --from=builder /opt/conda/envs/geo /opt/conda/envs/geo
COPY . .
ENV PATH=/opt/conda/envs/geo/bin:$PATH
CMD ["python", "app.py"]

# applied: conda itself, its downloads and what the base brings for people stay behind in the builder stage; the environment geo is copied to the same path
