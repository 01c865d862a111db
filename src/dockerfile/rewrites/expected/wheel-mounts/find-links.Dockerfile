FROM python:3.11 AS builder
COPY requirements.txt .
RUN pip wheel -w /wheels -r requirements.txt

FROM python:3.11-slim
WORKDIR /app
COPY requirements.txt .
RUN --mount=type=bind,from=builder,source=/wheels,target=/app/wheels \
    pip install --no-index --find-links wheels -r requirements.txt
COPY app.py .
USER nobody
CMD ["python", "app.py"]

# applied: what pip installs from /app/wheels is in the image then, and the wheels themselves lie in the layer of their COPY, removed or not
