FROM python:3.12-slim
WORKDIR /app
COPY . .
USER root

# left alone: line 4: USER root is asked for
