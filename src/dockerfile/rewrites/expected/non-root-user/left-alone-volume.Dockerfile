FROM python:3.12-slim
WORKDIR /app
COPY . .
VOLUME /app/data
CMD ["python", "app.py"]

# left alone: line 4: what is in its volumes by now belongs to root
