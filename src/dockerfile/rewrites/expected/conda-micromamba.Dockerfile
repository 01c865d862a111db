FROM mambaorg/micromamba:1.5.10
COPY --chown=$MAMBA_USER:$MAMBA_USER environment.yml /tmp/environment.yml
RUN micromamba install -y -n base -f /tmp/environment.yml && micromamba clean --all --yes
CMD ["python", "app.py"]

# applied conda-clean: the archives and the index that conda has downloaded stay in the layer; the files of the environment do not need them
# left alone by split-stages: line 3: the dependencies are installed by conda, whose activation scripts may set what the application needs
