FROM python:3.12-slim
COPY . /app
RUN chmod -R a+rX /app

# left alone: line 3: a mode in letters depends on the mode that each file has
