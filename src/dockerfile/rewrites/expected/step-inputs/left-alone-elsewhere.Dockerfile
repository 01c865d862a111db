FROM python:3.11-slim
WORKDIR /app
COPY . .
WORKDIR /app/tools
RUN python export.py
CMD ["python", "app.py"]

# left alone: line 5: `RUN python export.py` runs after each change of the code: it does not run where the source is copied
