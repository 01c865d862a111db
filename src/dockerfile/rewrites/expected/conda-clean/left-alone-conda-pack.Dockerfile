FROM continuumio/miniconda3
COPY environment.yml .
RUN PIP_NO_CACHE_DIR=1 conda env create -f environment.yml
RUN conda install -y -c conda-forge conda-pack && conda-pack -n app -o /tmp/app.tar
CMD ["python", "app.py"]

# applied: pip, which installs the `pip:` section, keeps its downloads unless it is told not to
# left alone: line 3: line 4 uses conda’s package cache, so that stays
# left alone: line 4: line 4 uses conda’s package cache, so that stays
