FROM continuumio/miniconda3:4.12.0 AS builder
RUN conda install -y -c conda-forge scikit-learn=1.0 flask
COPY src /src
WORKDIR /src
RUN pip install --no-cache-dir -r requirements.txt
RUN /opt/conda/bin/conda clean -afy

FROM debian:bullseye-slim
ENV LANG=C.UTF-8 LC_ALL=C.UTF-8 PATH="/opt/conda/bin:$PATH"
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates libglib2.0-0 libsm6 libxext6 libxrender1 && rm -rf /var/lib/apt/lists/*

COPY --from=builder /opt/conda /opt/conda
COPY src /src
WORKDIR /src
EXPOSE 5000
ENTRYPOINT ["python", "main.py"]

# applied: downloads, compilers and what the base brings for people stay behind in the builder stage; conda and its environment are copied to the same path
