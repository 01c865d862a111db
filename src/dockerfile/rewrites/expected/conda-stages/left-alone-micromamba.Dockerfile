FROM mambaorg/micromamba:1.5.10
COPY --chown=$MAMBA_USER:$MAMBA_USER environment.yml /tmp/environment.yml
RUN micromamba install -y -n base -f /tmp/environment.yml && micromamba clean --all --yes
COPY . .
CMD ["python", "app.py"]

# left alone: line 1: mambaorg/micromamba:1.5.10 is a small Debian with one program beside it, whose _entrypoint.sh activates the environment at each start, and nothing here is for building; what has been downloaded goes by conda-clean
