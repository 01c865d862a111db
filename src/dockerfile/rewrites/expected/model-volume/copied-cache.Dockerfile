FROM python:3.12-slim
WORKDIR /app
# Mount a volume here: models are downloaded once, not with each new container.
ENV HF_HOME=/models
COPY . .

# applied: models in the image are pushed and pulled with every version of the code (line 3); the first start downloads them into a volume instead, and needs the network for it: run with `-v model-cache:/models`
