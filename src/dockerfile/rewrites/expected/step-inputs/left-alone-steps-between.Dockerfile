FROM python:3.11-slim
WORKDIR /app
COPY . .
RUN make data
RUN python train.py
CMD ["python", "app.py"]

# left alone: line 5: `RUN python train.py` runs after each change of the code: line 4 stands between it and the source
