FROM python:3.12-slim
COPY app.py /app.py
CMD ["python", "/app.py"]

# left alone: without a WORKDIR, where the application writes is not known
