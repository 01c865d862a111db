FROM python:3.11-slim
WORKDIR /app
COPY . .
RUN python train.py && rm -rf data
CMD ["python", "app.py"]

# left alone: line 4: `RUN python train.py && rm -rf data` runs after each change of the code: it does more than start the script
