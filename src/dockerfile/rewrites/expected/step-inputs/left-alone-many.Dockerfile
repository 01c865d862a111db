FROM python:3.11-slim
WORKDIR /app
COPY . .
RUN python many.py
CMD ["python", "app.py"]

# left alone: line 4: `RUN python many.py` runs after each change of the code: it reads 9 files and folders
