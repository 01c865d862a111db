FROM mambaorg/micromamba:1.5.10
COPY --chown=$MAMBA_USER:$MAMBA_USER environment.yml /tmp/environment.yml
RUN --mount=type=cache,target=/opt/conda/pkgs micromamba install -y -n base -f /tmp/environment.yml
ARG EXTRA=0
RUN if [ "$EXTRA" = 1 ]; then micromamba install -y -n base jupyter; fi
CMD ["python", "app.py"]

# left alone by split-stages: line 3: the dependencies are installed by conda, whose activation scripts may set what the application needs
# left alone by split-stages: line 5: the dependencies are installed by conda, whose activation scripts may set what the application needs
# left alone by conda-clean: line 5: the installation is no plain link of the chain, so nothing is put behind it
