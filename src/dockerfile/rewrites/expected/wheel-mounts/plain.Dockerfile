FROM python:3.11 AS builder
WORKDIR /src
COPY requirements.txt .
RUN pip wheel --no-cache-dir --no-deps --wheel-dir /src/wheels -r requirements.txt

FROM python:3.11-slim
WORKDIR /app
COPY --from=builder /src/requirements.txt .
RUN --mount=type=bind,from=builder,source=/src/wheels,target=/wheels \
    pip install --no-cache-dir /wheels/*
COPY . .
CMD ["uvicorn", "app:app"]

# applied: what pip installs from /wheels is in the image then, and the wheels themselves lie in the layer of their COPY, removed or not
