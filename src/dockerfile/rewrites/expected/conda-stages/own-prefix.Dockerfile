FROM condaforge/mambaforge:4.14.0-0 AS builder
COPY predict-linux-64.lock .
RUN mamba create --copy -y -p /env --file predict-linux-64.lock python=3.10 && conda clean -afy

FROM ubuntu:20.04 as conda
ENV CONDA_DIR=/opt/conda LANG=C.UTF-8 LC_ALL=C.UTF-8
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates tini && rm -rf /var/lib/apt/lists/*
ENTRYPOINT ["tini", "--"]

COPY --from=builder /env /env
COPY predict-linux-64.lock .
COPY model.pkl .
CMD ["/env/bin/gunicorn", "-b", "0.0.0.0:8000", "nyc_taxi_fare.serve:app"]

# applied: conda itself, its downloads and what the base brings for people stay behind in the builder stage; the environment /env is copied to the same path
