FROM python:3.12-slim
RUN apt-get update && apt-get install -y curl libgomp1 && rm -rf /var/lib/apt/lists/*
COPY . .
HEALTHCHECK CMD curl -f http://127.0.0.1:8000/health && wget -q -O - http://127.0.0.1:8000/
CMD ["python", "app.py"]

# applied: libgomp1: lightgbm loads a shared library of it
