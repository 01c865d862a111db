FROM python:3.12-slim
ARG VERSION=1
RUN --mount=type=secret,id=GIT_TOKEN,required=true \
    export GIT_TOKEN="$(cat /run/secrets/GIT_TOKEN)" && \
    pip install "git+https://$GIT_TOKEN@github.com/acme/models.git@$VERSION"
RUN --mount=type=secret,id=API_TOKEN,required=true \
    --mount=type=secret,id=A_TOKEN,required=true \
    --mount=type=secret,id=B_TOKEN,required=true \
    export API_TOKEN="$(cat /run/secrets/API_TOKEN)" A_TOKEN="$(cat /run/secrets/A_TOKEN)" B_TOKEN="$(cat /run/secrets/B_TOKEN)" && \
    python fetch.py "$A_TOKEN" "$B_TOKEN"
ARG SECRET_KEY=dummy

# applied: the build argument GIT_TOKEN, the build argument API_TOKEN, the build argument A_TOKEN, the build argument B_TOKEN: whoever has the image or its history can read it. Build with `--secret id=GIT_TOKEN,env=GIT_TOKEN` `--secret id=API_TOKEN,env=API_TOKEN` `--secret id=A_TOKEN,env=A_TOKEN` `--secret id=B_TOKEN,env=B_TOKEN`, and change what was published
# left alone: line 7 gets API_TOKEN too: nothing here names it, so a library that `fetch.py` loads may read it
