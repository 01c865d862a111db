FROM python:3.12-slim
WORKDIR /app
COPY . .

# left alone: what the application does at run time was not read
