FROM continuumio/miniconda3
COPY environment.yml .
RUN conda env create -f environment.yml
COPY . .
RUN python train.py
ENTRYPOINT ["conda", "run", "-n", "geo", "python", "app.py"]

# left alone: line 5: it runs with the programs of conda’s own environment, which would be left behind
