FROM mambaorg/micromamba:1.5.10
COPY --chown=$MAMBA_USER:$MAMBA_USER environment.yml /tmp/environment.yml
RUN PIP_NO_CACHE_DIR=1 micromamba install -y -n base -f /tmp/environment.yml && micromamba clean --all --yes
CMD ["python", "app.py"]

# applied: the archives and the index that conda has downloaded stay in the layer; the files of the environment do not need them; pip, which installs the `pip:` section, keeps its downloads unless it is told not to
