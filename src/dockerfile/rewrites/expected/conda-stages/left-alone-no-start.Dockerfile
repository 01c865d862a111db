FROM continuumio/miniconda3
COPY environment.yml .
RUN conda env create -f environment.yml
ENV PATH /opt/conda/envs/geo/bin:$PATH

# left alone: the image has neither CMD nor ENTRYPOINT: whoever starts it gets a shell, in which conda may be called
