FROM mambaorg/micromamba:1.5.10
USER root
RUN apt-get update && apt-get install -y gcc && rm -rf /var/lib/apt/lists/*
USER $MAMBA_USER
COPY environment.yml /tmp/environment.yml
RUN micromamba install -y -n base -f /tmp/environment.yml && micromamba clean --all --yes

# left alone: the image has neither CMD nor ENTRYPOINT: whoever starts it gets a shell, in which conda may be called
