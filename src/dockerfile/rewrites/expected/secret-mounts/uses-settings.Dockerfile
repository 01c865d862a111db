FROM python:3.12-slim
WORKDIR /app
COPY . .
RUN --mount=type=secret,id=TRAIN_TOKEN,required=true \
    export TRAIN_TOKEN="$(cat /run/secrets/TRAIN_TOKEN)" && \
    python train.py
RUN pip install fastapi

# applied: the build argument TRAIN_TOKEN: whoever has the image or its history can read it. Build with `--secret id=TRAIN_TOKEN,env=TRAIN_TOKEN`, and change what was published
# left alone: line 5 gets TRAIN_TOKEN too: `train.py` may read it: settings.py names it
