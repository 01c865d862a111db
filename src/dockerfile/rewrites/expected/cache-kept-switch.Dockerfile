FROM nvcr.io/nvidia/pytorch:24.01-py3
ENV PIP_NO_CACHE_DIR=1
RUN pip install fastapi
COPY setup.sh .
RUN ./setup.sh
CMD ["uvicorn", "app:app"]

# left alone by split-stages: line 1: nvcr.io/nvidia/pytorch:24.01-py3 may bring Python distributions of its own, which a fresh virtual environment would not see
# left alone by cache-mounts: PIP_NO_CACHE_DIR stays: line 5 may need it, which gets no cache mount
