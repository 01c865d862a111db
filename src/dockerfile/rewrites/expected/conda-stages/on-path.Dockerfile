FROM continuumio/miniconda3 AS builder
RUN apt-get update && apt-get install -y --no-install-recommends libgomp1 build-essential && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY environment.yml /tmp/environment.yml
RUN conda update -n base -c defaults conda
RUN conda env create -f /tmp/environment.yml && conda clean -afy

FROM debian:bookworm-slim
ENV LANG=C.UTF-8 LC_ALL=C.UTF-8
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates wget libglib2.0-0 libsm6 libxext6 libxrender1 && rm -rf /var/lib/apt/lists/*
RUN apt-get update && apt-get install -y --no-install-recommends libgomp1 build-essential && rm -rf /var/lib/apt/lists/*
WORKDIR /app

COPY --from=builder /opt/conda/envs/geo /opt/conda/envs/geo
ENV PATH /opt/conda/envs/geo/bin:$PATH
COPY . /app
HEALTHCHECK CMD wget -qO- http://localhost:8000/health || exit 1
CMD ["python", "-m", "geo"]

# applied: conda itself, its downloads and what the base brings for people stay behind in the builder stage; the environment geo is copied to the same path
