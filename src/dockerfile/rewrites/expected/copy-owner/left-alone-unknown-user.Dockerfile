FROM python:3.12-slim
COPY . /app
RUN chown -R worker:worker /app

# left alone: line 2: whether there is a user worker by then is not known
