FROM continuumio/miniconda3 AS env
WORKDIR /app
COPY . .
RUN conda create -y -n svc python=3.12 && conda run -n svc pip install .

FROM debian:bookworm-slim
COPY --from=env /opt/conda/envs/svc /opt/conda/envs/svc
CMD ["/opt/conda/envs/svc/bin/svc"]

# applied: the environment that is copied holds all of `.` then, the data that it declares included, whatever becomes of the source
