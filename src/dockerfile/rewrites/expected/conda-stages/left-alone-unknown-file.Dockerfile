FROM continuumio/miniconda3
RUN conda env create -n geo -f https://example.com/env.yml
ENTRYPOINT ["conda", "run", "-n", "geo", "python", "app.py"]

# left alone: nothing says that the environment geo has a Python of its own, and conda’s would be left behind
# left alone: https://example.com/env.yml is not known, and it may set variables that only activating brings
