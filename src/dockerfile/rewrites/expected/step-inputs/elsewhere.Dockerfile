FROM python:3.11-slim
WORKDIR /app
COPY . .
WORKDIR /app/tools
RUN python export.py
CMD ["python", "app.py"]


