FROM python:3.11-slim
WORKDIR /app
COPY src/ ./
RUN python train.py
CMD ["python", "app.py"]


