FROM continuumio/miniconda3:24.5.0-0

WORKDIR /app
COPY environment.yml .
RUN conda env create -f environment.yml && conda clean -afy
COPY . .

SHELL ["conda", "run", "-n", "geo", "/bin/bash", "-c"]
RUN python -c "import geo"

EXPOSE 8000
ENTRYPOINT ["conda", "run", "--no-capture-output", "-n", "geo", "gunicorn", "-b", "0.0.0.0:8000", "geo:app"]
