FROM condaforge/miniforge3:24.3.0-0 AS builder
COPY packages.txt .
RUN conda create -y -n geo python=3.11 --file packages.txt

FROM ubuntu:20.04
ENV CONDA_DIR=/opt/conda LANG=C.UTF-8 LC_ALL=C.UTF-8
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates tini && rm -rf /var/lib/apt/lists/*
ENTRYPOINT ["tini", "--"]
# What activating a conda environment does beside PATH: the scripts that its packages bring.
RUN printf '%s\n' '#!/bin/bash' \
    'for script in "$CONDA_PREFIX"/etc/conda/activate.d/*.sh; do if [ -e "$script" ]; then . "$script"; fi; done' \
    'exec "$@"' \
    > /usr/local/bin/run-activated && chmod 755 /usr/local/bin/run-activated

COPY --from=builder /opt/conda/envs/geo /opt/conda/envs/geo
ENV PATH="/opt/conda/envs/geo/bin:$PATH" CONDA_PREFIX=/opt/conda/envs/geo CONDA_DEFAULT_ENV=geo
COPY packages.txt .
COPY . /app
CMD ["/usr/local/bin/run-activated", "python", "/app/app.py"]

# applied: conda itself, its downloads and what the base brings for people stay behind in the builder stage; the environment geo is copied to the same path
