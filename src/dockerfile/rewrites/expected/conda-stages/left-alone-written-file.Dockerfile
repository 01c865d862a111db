FROM continuumio/miniconda3
COPY environment.yml .
RUN conda env create -f environment.yml && conda list > /versions.txt
ENV PATH=/opt/conda/envs/geo/bin:$PATH
CMD ["python", "app.py"]

# left alone: line 3: it writes into a file, which would be left behind
