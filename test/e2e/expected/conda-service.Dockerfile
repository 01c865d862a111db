FROM continuumio/miniconda3:24.5.0-0 AS builder

WORKDIR /app
COPY environment.yml .
RUN conda env create -f environment.yml

FROM debian:bookworm-slim
ENV LANG=C.UTF-8 LC_ALL=C.UTF-8
RUN --mount=type=cache,target=/var/cache/apt,sharing=locked \
    --mount=type=cache,target=/var/lib/apt,sharing=locked \
    rm -f /etc/apt/apt.conf.d/docker-clean && \
    echo 'Binary::apt::APT::Keep-Downloaded-Packages "true";' > /etc/apt/apt.conf.d/keep-cache && \
    apt-get update && apt-get install -y --no-install-recommends ca-certificates
# What activating a conda environment does beside PATH: the scripts that its packages bring.
RUN printf '%s\n' '#!/bin/bash' \
    'for script in "$CONDA_PREFIX"/etc/conda/activate.d/*.sh; do if [ -e "$script" ]; then . "$script"; fi; done' \
    'exec "$@"' \
    > /usr/local/bin/run-activated && chmod 755 /usr/local/bin/run-activated

WORKDIR /app

COPY --from=builder /opt/conda/envs/geo /opt/conda/envs/geo
ENV PATH="/opt/conda/envs/geo/bin:$PATH" CONDA_PREFIX=/opt/conda/envs/geo CONDA_DEFAULT_ENV=geo
COPY . .

SHELL ["/usr/local/bin/run-activated", "/bin/bash", "-c"]
RUN python -c "import geo"

EXPOSE 8000
ENTRYPOINT ["/usr/local/bin/run-activated", "gunicorn", "-b", "0.0.0.0:8000", "geo:app"]
