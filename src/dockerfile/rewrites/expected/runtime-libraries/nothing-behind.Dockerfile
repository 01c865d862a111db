FROM python:3.12-slim
RUN pip install lightgbm
RUN apt-get update && apt-get install -y --no-install-recommends libgomp1 && rm -rf /var/lib/apt/lists/*
# applied: libgomp1: lightgbm loads a shared library of it
