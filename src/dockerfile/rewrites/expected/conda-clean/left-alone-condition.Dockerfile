FROM mambaorg/micromamba:1.5.10
COPY --chown=$MAMBA_USER:$MAMBA_USER environment.yml /tmp/environment.yml
RUN --mount=type=cache,target=/opt/conda/pkgs PIP_NO_CACHE_DIR=1 micromamba install -y -n base -f /tmp/environment.yml
ARG EXTRA=0
RUN if [ "$EXTRA" = 1 ]; then micromamba install -y -n base jupyter; fi
CMD ["python", "app.py"]

# applied: pip, which installs the `pip:` section, keeps its downloads unless it is told not to
# left alone: line 5: the installation is no plain link of the chain, so nothing is put behind it
