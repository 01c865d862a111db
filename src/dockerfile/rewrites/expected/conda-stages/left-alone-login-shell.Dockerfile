FROM continuumio/miniconda3
COPY environment.yml .
RUN conda env create -f environment.yml
RUN conda init bash && echo "conda activate geo" >> ~/.bashrc
SHELL ["/bin/bash", "--login", "-c"]
COPY . .
CMD python app.py

# left alone: line 7: a login or interactive shell reads what conda has written for it
# left alone: the container starts with the programs of conda’s own environment, not of geo
