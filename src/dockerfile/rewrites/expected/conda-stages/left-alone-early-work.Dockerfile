FROM continuumio/miniconda3
RUN git clone https://github.com/acme/tool.git /tool && make -C /tool
COPY environment.yml .
RUN conda env create -f environment.yml
ENV PATH=/opt/conda/envs/geo/bin:$PATH
CMD ["python", "app.py"]

# left alone: line 2: `git clone https://github.com/acme/tool.git /tool && make -C ` runs before the last installation, and what it leaves for the application is not known
