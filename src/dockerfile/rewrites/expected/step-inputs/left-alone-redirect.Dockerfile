FROM python:3.11-slim
WORKDIR /app
COPY . .
RUN python train.py > train.log
CMD ["python", "app.py"]

# left alone: line 4: `RUN python train.py > train.log` runs after each change of the code: it starts the script within other code
