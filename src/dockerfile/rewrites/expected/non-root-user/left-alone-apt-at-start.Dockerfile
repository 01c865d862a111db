FROM python:3.12-slim
WORKDIR /app
COPY . .
CMD apt-get update && python app.py

# left alone: the container starts with apt-get, which needs root
