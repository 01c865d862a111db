FROM continuumio/miniconda3
COPY environment.yml .
RUN conda env create -f environment.yml
ENV PATH /opt/conda/envs/geo/bin:$PATH
CMD ["jupyter", "lab", "--ip=0.0.0.0"]

# left alone: line 5: jupyter may call conda, or lets people do so
