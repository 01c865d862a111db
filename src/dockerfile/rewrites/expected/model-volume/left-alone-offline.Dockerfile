FROM python:3.12-slim
RUN huggingface-cli download acme/model
ENV HF_HUB_OFFLINE=1

# left alone: line 3: the container is meant to work without a network
