FROM continuumio/miniconda3 AS builder
WORKDIR /app
COPY . .
RUN conda env create -p /app/env -f environment.yml

FROM debian:bookworm-slim
ENV LANG=C.UTF-8 LC_ALL=C.UTF-8
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates libglib2.0-0 libsm6 libxext6 libxrender1 && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY . .

COPY --from=builder /app/env /app/env
ENV PATH=/app/env/bin:$PATH
CMD ["python", "app.py"]

# applied: conda itself, its downloads and what the base brings for people stay behind in the builder stage; the environment /app/env is copied to the same path
