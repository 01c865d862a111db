FROM continuumio/anaconda3:2024.06-1 AS builder
ENV CONDA_PLUGINS_AUTO_ACCEPT_TOS=true
RUN pwd
RUN apt-get update && apt-get install -y tzdata && ln -snf /usr/share/zoneinfo/UTC /etc/localtime && rm -rf /var/lib/apt/lists/*
COPY environment.yml .
RUN conda config --set channel_priority strict && conda env create -f environment.yml

FROM debian:bookworm-slim
ENV LANG=C.UTF-8 LC_ALL=C.UTF-8
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates git procps libglib2.0-0 libsm6 libxext6 libxrender1 && rm -rf /var/lib/apt/lists/*
ENV CONDA_PLUGINS_AUTO_ACCEPT_TOS=true
LABEL maintainer="Ada"
RUN apt-get update && apt-get install -y tzdata && ln -snf /usr/share/zoneinfo/UTC /etc/localtime && rm -rf /var/lib/apt/lists/*

COPY --from=builder /opt/conda/envs/geo /opt/conda/envs/geo
COPY environment.yml .
ENV PATH=/opt/conda/envs/geo/bin:$PATH
RUN git --version && ps aux | head -1
COPY . /app
CMD ["python", "/app/app.py"]

# applied: conda itself, its downloads and what the base brings for people stay behind in the builder stage; the environment geo is copied to the same path
