FROM python:3.11-slim
WORKDIR /app
COPY . .
RUN make data
RUN python train.py
CMD ["python", "app.py"]


