FROM continuumio/miniconda3
COPY . .
RUN conda create -y -n geo python=3.11
SHELL ["conda", "run", "-n", "geo", "/bin/bash", "-c"]
RUN pip install -e .
ENTRYPOINT ["conda", "run", "-n", "geo", "python", "app.py"]

# left alone: line 5: `.` is installed from the source tree in editable form, and how pip does that here is not known
