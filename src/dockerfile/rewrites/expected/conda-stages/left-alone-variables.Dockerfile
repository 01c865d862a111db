FROM continuumio/miniconda3
COPY environment.yml .
RUN conda env create -f environment.yml
COPY . .
ENTRYPOINT ["conda", "run", "-n", "geo", "python", "app.py"]

# left alone: environment.yml sets variables that only activating brings
