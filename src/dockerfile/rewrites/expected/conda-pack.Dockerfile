FROM continuumio/miniconda3
COPY environment.yml .
RUN conda env create -f environment.yml
RUN conda install -y -c conda-forge conda-pack && conda-pack -n app -o /tmp/app.tar
CMD ["python", "app.py"]

# left alone by split-stages: line 3: the dependencies are installed by conda, whose activation scripts may set what the application needs
# left alone by split-stages: line 4: the dependencies are installed by conda, whose activation scripts may set what the application needs
# left alone by conda-clean: line 3: line 4 uses conda’s package cache, so that stays
# left alone by conda-clean: line 4: line 4 uses conda’s package cache, so that stays
