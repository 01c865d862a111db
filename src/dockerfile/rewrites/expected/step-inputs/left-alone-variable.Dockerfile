FROM python:3.11-slim
ENV HOME_OF=/app
WORKDIR /app
COPY . $HOME_OF
RUN python train.py
CMD ["python", "app.py"]

# left alone: line 5: `RUN python train.py` runs after each change of the code: where the source is copied comes from a variable
