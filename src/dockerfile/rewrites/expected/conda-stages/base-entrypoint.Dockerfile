FROM condaforge/miniforge3:25.3.0-3 AS builder
COPY environment.yml .
RUN mamba env create -n svc -f environment.yml

FROM ubuntu:24.04 AS app
ENV CONDA_DIR=/opt/conda LANG=C.UTF-8 LC_ALL=C.UTF-8
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates tini && rm -rf /var/lib/apt/lists/*
ENTRYPOINT ["tini", "--"]

COPY --from=builder /opt/conda/envs/svc /opt/conda/envs/svc
COPY environment.yml .
ENV PATH=$CONDA_DIR/envs/svc/bin:$PATH
COPY . /srv
WORKDIR /srv
USER 1000
CMD ["uvicorn", "main:app", "--host", "0.0.0.0"]

# applied: conda itself, its downloads and what the base brings for people stay behind in the builder stage; the environment svc is copied to the same path
