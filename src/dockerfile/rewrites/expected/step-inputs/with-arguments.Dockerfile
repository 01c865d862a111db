FROM python:3.11-slim
WORKDIR /app
COPY . .
RUN python train.py --epochs 3
CMD ["python", "app.py"]


