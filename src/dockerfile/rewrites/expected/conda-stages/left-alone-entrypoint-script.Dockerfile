FROM continuumio/miniconda3
COPY environment.yml .
RUN conda env create -f environment.yml
ENV PATH=/opt/conda/envs/geo/bin:$PATH
COPY . .
ENTRYPOINT ["./entrypoint.sh"]

# left alone: entrypoint.sh calls conda
