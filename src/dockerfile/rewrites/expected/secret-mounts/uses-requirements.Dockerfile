FROM python:3.12-slim
WORKDIR /app
COPY *.txt ./
RUN pip install -r requirements.txt
RUN --mount=type=secret,id=GIT_TOKEN,required=true \
    export GIT_TOKEN="$(cat /run/secrets/GIT_TOKEN)" && \
    pip install -r nested.txt
RUN --mount=type=secret,id=GIT_TOKEN,required=true \
    export GIT_TOKEN="$(cat /run/secrets/GIT_TOKEN)" && \
    pip install -r elsewhere.txt

# applied: the build argument GIT_TOKEN: whoever has the image or its history can read it. Build with `--secret id=GIT_TOKEN,env=GIT_TOKEN`, and change what was published
# left alone: line 7 gets GIT_TOKEN too: elsewhere.txt is not at hand, and may name it
