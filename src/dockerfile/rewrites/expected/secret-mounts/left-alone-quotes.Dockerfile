FROM python:3.12-slim
ARG GIT_TOKEN
RUN ["bash", "-c", "pip install git+https://$GIT_TOKEN@github.com/acme/models.git"]

# left alone: line 3: the change would break the quotes around its program
