FROM continuumio/miniconda3:23.10.0-1 AS builder
WORKDIR /app
COPY environment.yml .
RUN apt-get update && apt-get install -y build-essential curl \
    && conda env create -f environment.yml \
    && conda clean -afy \
    && apt-get purge -y --auto-remove build-essential \
    && find /opt/conda -name '__pycache__' -type d -exec rm -rf {} + || true

FROM debian:bullseye-slim
ENV LANG=C.UTF-8 LC_ALL=C.UTF-8
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates libglib2.0-0 libsm6 libxext6 libxrender1 && rm -rf /var/lib/apt/lists/*
# What activating a conda environment does beside PATH: the scripts that its packages bring.
RUN printf '%s\n' '#!/bin/bash' \
    'for script in "$CONDA_PREFIX"/etc/conda/activate.d/*.sh; do if [ -e "$script" ]; then . "$script"; fi; done' \
    'exec "$@"' \
    > /usr/local/bin/run-activated && chmod 755 /usr/local/bin/run-activated
WORKDIR /app

COPY --from=builder /opt/conda/envs/geo /opt/conda/envs/geo
ENV PATH="/opt/conda/envs/geo/bin:$PATH" CONDA_PREFIX=/opt/conda/envs/geo CONDA_DEFAULT_ENV=geo
COPY environment.yml .

RUN apt-get update && apt-get install -y --no-install-recommends curl && rm -rf /var/lib/apt/lists/*
COPY app/ ./app/
SHELL ["/bin/bash", "-c"]
HEALTHCHECK --interval=30s \
    CMD ["/usr/local/bin/run-activated", "/bin/bash", "-c", "python -m app.check"]
CMD ["/usr/local/bin/run-activated", "/bin/bash", "-c", "gunicorn app.main:app     --workers 2     --bind 0.0.0.0:8000"]

# applied: conda itself, its downloads and what the base brings for people stay behind in the builder stage; the environment geo is copied to the same path
