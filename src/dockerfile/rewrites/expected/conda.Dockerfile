FROM continuumio/miniconda3 AS builder
COPY environment.yml .
RUN conda env update -n base -f environment.yml
RUN --mount=type=cache,target=/root/.cache/pip,sharing=locked \
    pip install fastapi
RUN /opt/conda/bin/conda clean -afy

FROM debian:bookworm-slim
ENV LANG=C.UTF-8 LC_ALL=C.UTF-8 PATH="/opt/conda/bin:$PATH"
RUN --mount=type=cache,target=/var/cache/apt,sharing=locked \
    --mount=type=cache,target=/var/lib/apt,sharing=locked \
    rm -f /etc/apt/apt.conf.d/docker-clean && \
    echo 'Binary::apt::APT::Keep-Downloaded-Packages "true";' > /etc/apt/apt.conf.d/keep-cache && \
    apt-get update && apt-get install -y --no-install-recommends ca-certificates libglib2.0-0 libsm6 libxext6 libxrender1

COPY --from=builder /opt/conda /opt/conda
COPY . .
CMD ["python", "app.py"]

# applied conda-stages: downloads, compilers and what the base brings for people stay behind in the builder stage; conda and its environment are copied to the same path
# applied cache-mounts: a changed requirement downloads nothing but itself, and no cache ends up in a layer
# left alone by runtime-packages: system package ca-certificates: nothing here tells what it is for, so it stays
# left alone by runtime-packages: system package libglib2.0-0: nothing here tells what it is for, so it stays
# left alone by runtime-packages: system package libsm6: nothing here tells what it is for, so it stays
# left alone by runtime-packages: system package libxext6: nothing here tells what it is for, so it stays
# left alone by runtime-packages: system package libxrender1: nothing here tells what it is for, so it stays
