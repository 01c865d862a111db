FROM continuumio/miniconda3
WORKDIR /app
COPY environment.yml .
RUN PIP_NO_CACHE_DIR=1 conda env create -f environment.yml && conda clean -afy  # the whole stack
RUN /opt/conda/bin/conda install -y -n app \
      numpy \
      scipy && /opt/conda/bin/conda clean -afy && \
    python -c "print(1)"
RUN conda install -y mamba && mamba install -y pandas && mamba clean -afy
COPY . .
SHELL ["conda", "run", "--no-capture-output", "-n", "app", "/bin/bash", "-c"]
RUN conda install -y ffmpeg && conda clean -afy
ENTRYPOINT ["conda", "run", "--no-capture-output", "-n", "app", "python", "app.py"]

# applied conda-clean: the archives and the index that conda has downloaded stay in the layer; the files of the environment do not need them; pip, which installs the `pip:` section, keeps its downloads unless it is told not to
# left alone by conda-stages: conda installs into more than one environment (app, base)
# left alone by conda-stages: line 5: `python -c print(1)` runs in the same RUN as the installation, and its results would be left behind
