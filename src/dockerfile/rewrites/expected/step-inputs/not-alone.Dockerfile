FROM python:3.11-slim
WORKDIR /app
COPY . .
RUN python train.py && rm -rf data
CMD ["python", "app.py"]


