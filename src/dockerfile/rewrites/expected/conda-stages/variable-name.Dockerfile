# syntax=docker/dockerfile:1
ARG TAG=24.9.2-0
FROM --platform=linux/amd64 continuumio/miniconda3:${TAG} AS builder
ARG ENV_NAME=svc
ENV CONDA_DEFAULT_ENV=$ENV_NAME PYTHONUNBUFFERED=1
COPY requirements.txt .
RUN --mount=type=cache,target=/opt/conda/pkgs \
    conda create -y -n $ENV_NAME python=3.11 pip
SHELL ["conda", "run", "-n", "svc", "/bin/bash", "-c"]
RUN pip install -r requirements.txt

FROM --platform=linux/amd64 debian:bookworm-slim
ENV LANG=C.UTF-8 LC_ALL=C.UTF-8
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates libglib2.0-0 libsm6 libxext6 libxrender1 && rm -rf /var/lib/apt/lists/*
# What activating a conda environment does beside PATH: the scripts that its packages bring.
RUN printf '%s\n' '#!/bin/bash' \
    'for script in "$CONDA_PREFIX"/etc/conda/activate.d/*.sh; do if [ -e "$script" ]; then . "$script"; fi; done' \
    'exec "$@"' \
    > /usr/local/bin/run-activated && chmod 755 /usr/local/bin/run-activated
ARG ENV_NAME=svc
ENV CONDA_DEFAULT_ENV=$ENV_NAME PYTHONUNBUFFERED=1
SHELL ["/usr/local/bin/run-activated", "/bin/bash", "-c"]

COPY --from=builder /opt/conda/envs/svc /opt/conda/envs/svc
ENV PATH="/opt/conda/envs/svc/bin:$PATH" CONDA_PREFIX=/opt/conda/envs/svc CONDA_DEFAULT_ENV=svc
RUN python -m nltk.downloader punkt
LABEL org.opencontainers.image.title="svc"
COPY . .
ENTRYPOINT ["/usr/local/bin/run-activated"]
CMD ["python", "app.py"]

# applied: conda itself, its downloads and what the base brings for people stay behind in the builder stage; the environment svc is copied to the same path
