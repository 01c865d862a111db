# syntax=docker/dockerfile:1
FROM python:3.12-slim
RUN --mount=type=secret,id=GIT_TOKEN \
    export GIT_TOKEN="$(cat /run/secrets/GIT_TOKEN)" && pip install git+https://$GIT_TOKEN@github.com/acme/models.git
ENV TOKENIZERS_PARALLELISM=false


