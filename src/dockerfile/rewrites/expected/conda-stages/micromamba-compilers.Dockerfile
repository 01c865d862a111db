FROM mambaorg/micromamba:1.5.10-jammy AS builder
USER root
RUN apt-get update && apt-get install -y --no-install-recommends gcc g++ libpq-dev && rm -rf /var/lib/apt/lists/*
USER $MAMBA_USER
COPY --chown=$MAMBA_USER:$MAMBA_USER environment.yml /tmp/environment.yml
RUN micromamba install -y -n base -f /tmp/environment.yml
ARG MAMBA_DOCKERFILE_ACTIVATE=1
RUN pip install --no-cache-dir psycopg2
RUN micromamba clean --all --yes

FROM mambaorg/micromamba:1.5.10-jammy
USER root
RUN apt-get update && apt-get install -y --no-install-recommends gcc g++ libpq-dev && rm -rf /var/lib/apt/lists/*
USER $MAMBA_USER
ARG MAMBA_DOCKERFILE_ACTIVATE=1

COPY --from=builder --chown=$MAMBA_USER:$MAMBA_USER /opt/conda /opt/conda
WORKDIR /app
COPY --chown=$MAMBA_USER:$MAMBA_USER . .
RUN python -c "import psycopg2"
CMD ["python", "app.py"]

# applied: compilers, headers and downloads stay behind in the builder stage; /opt/conda is copied onto the same image, whose ENTRYPOINT activates the environment as before
