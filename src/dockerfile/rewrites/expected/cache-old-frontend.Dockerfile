# syntax=docker/dockerfile:1.1
FROM nvcr.io/nvidia/pytorch:24.01-py3
RUN pip install fastapi
CMD ["uvicorn", "app:app"]

# left alone by split-stages: line 2: nvcr.io/nvidia/pytorch:24.01-py3 may bring Python distributions of its own, which a fresh virtual environment would not see
# left alone by cache-mounts: its frontend docker/dockerfile:1.1 knows no cache mounts; docker/dockerfile:1 does
