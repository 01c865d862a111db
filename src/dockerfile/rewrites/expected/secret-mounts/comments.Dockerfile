FROM python:3.12-slim
# [1] The models
# of the company
RUN --mount=type=secret,id=GIT_TOKEN,required=true \
    export GIT_TOKEN="$(cat /run/secrets/GIT_TOKEN)" && \
    git clone https://${GIT_TOKEN}@github.com/acme/models.git && rm -rf models/.git
RUN mkdir -p /data

COPY requirements.txt .
# Read access to the index
# What it needs
RUN --mount=type=secret,id=GIT_TOKEN,required=true \
    --mount=type=secret,id=INDEX_TOKEN,required=true \
    export GIT_TOKEN="$(cat /run/secrets/GIT_TOKEN)" INDEX_TOKEN="$(cat /run/secrets/INDEX_TOKEN)" && \
    pip install -i https://$INDEX_TOKEN@pypi.example.com/simple -r requirements.txt

# applied: the build argument GIT_TOKEN, the build argument INDEX_TOKEN: whoever has the image or its history can read it. Build with `--secret id=GIT_TOKEN,env=GIT_TOKEN` `--secret id=INDEX_TOKEN,env=INDEX_TOKEN`, and change what was published
# left alone: line 12 gets GIT_TOKEN too: requirements.txt is not at hand, and may name it
