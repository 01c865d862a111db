FROM python:3.11-slim AS test
WORKDIR /app
COPY . .
RUN python train.py

FROM python:3.11-slim
WORKDIR /app
COPY . .
CMD ["python", "app.py"]


