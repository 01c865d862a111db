FROM python:3.12-slim
WORKDIR /app
COPY . .
EXPOSE 80/tcp
CMD ["uvicorn", "app:app", "--port", "80"]

# left alone: port 80 is below 1024, which not every runtime lets another user than root open
