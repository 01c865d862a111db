FROM python:3.11-slim
WORKDIR /app
COPY . .
RUN python tools/export.py
CMD ["python", "app.py"]

# left alone: line 4: `RUN python tools/export.py` runs after each change of the code: models.json is not sent to the build
