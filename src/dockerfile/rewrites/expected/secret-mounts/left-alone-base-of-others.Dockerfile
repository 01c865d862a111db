FROM python:3.12-slim AS base
ARG GIT_TOKEN
RUN pip install git+https://$GIT_TOKEN@github.com/acme/models.git
FROM base
RUN pip install git+https://$GIT_TOKEN@github.com/acme/other.git

# left alone: line 2: GIT_TOKEN: stages that start from this one see it too
