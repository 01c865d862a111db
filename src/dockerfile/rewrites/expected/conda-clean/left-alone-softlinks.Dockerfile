FROM condaforge/miniforge3:24.9.0-0
ENV CONDA_ALWAYS_SOFTLINK=1
RUN mamba install -y -c conda-forge pandas
CMD ["python", "app.py"]

# left alone: line 3: line 2 uses conda’s package cache, so that stays
