FROM python:3.12-slim
RUN pip install huggingface_hub && huggingface-cli download acme/model

# left alone: line 2: does more than downloading models
