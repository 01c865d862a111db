FROM python:3.12-slim
RUN huggingface-cli download acme/model --local-dir /app/model
COPY models/ /app/models/

# left alone: line 2: puts the models where the application reads them by path (--local-dir): fill a volume for that path yourself
# left alone: line 3: the application reads models by path: take the COPY out and mount it (`-v ./models:/app/models:ro`) if it changes apart from the code
