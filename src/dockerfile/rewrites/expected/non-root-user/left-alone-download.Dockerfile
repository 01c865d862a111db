FROM python:3.12-slim
WORKDIR /app
COPY . .
RUN python -m nltk.downloader punkt
CMD ["python", "app.py"]

# left alone: line 4: what it leaves in root's home, or for root alone, is not known
