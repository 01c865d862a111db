FROM continuumio/miniconda3
RUN conda create -y -n tools -c bioconda samtools
ENV PATH=/opt/conda/envs/tools/bin:$PATH
COPY . .
CMD ["python", "app.py"]

# left alone: nothing says that the environment tools has a Python of its own, and conda’s would be left behind
