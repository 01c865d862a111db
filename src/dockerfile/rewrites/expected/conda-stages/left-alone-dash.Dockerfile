FROM continuumio/miniconda3
COPY environment.yml .
RUN conda env create -f environment.yml
COPY . .
CMD source activate geo && python app.py

# left alone: line 5: calls `activate`, which the final stage would not have
# left alone: the container starts with the programs of conda’s own environment, not of geo
