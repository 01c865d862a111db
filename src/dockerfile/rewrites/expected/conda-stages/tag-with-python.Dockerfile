FROM docker.io/continuumio/miniconda3:py310_23.1.0-1 AS builder
RUN conda create -y -n geo python=3.10 flask

FROM debian:bullseye-slim
ENV LANG=C.UTF-8 LC_ALL=C.UTF-8
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates && rm -rf /var/lib/apt/lists/*

COPY --from=builder /opt/conda/envs/geo /opt/conda/envs/geo
ENV PATH=/opt/conda/envs/geo/bin:/opt/conda/bin:$PATH
COPY . .
CMD ["flask", "run"]

# applied: conda itself, its downloads and what the base brings for people stay behind in the builder stage; the environment geo is copied to the same path
