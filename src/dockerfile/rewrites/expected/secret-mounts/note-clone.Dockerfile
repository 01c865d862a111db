FROM python:3.12-slim
RUN --mount=type=secret,id=GIT_TOKEN,required=true \
    export GIT_TOKEN="$(cat /run/secrets/GIT_TOKEN)" && \
    git clone https://$GIT_TOKEN@github.com/acme/models.git
RUN --mount=type=secret,id=GIT_TOKEN,required=true \
    export GIT_TOKEN="$(cat /run/secrets/GIT_TOKEN)" && \
    echo "machine github.com login $GIT_TOKEN" > ~/.netrc && pip install acme && rm ~/.netrc

# applied: the build argument GIT_TOKEN: whoever has the image or its history can read it. Build with `--secret id=GIT_TOKEN,env=GIT_TOKEN`, and change what was published
# left alone: line 3: `git clone` keeps GIT_TOKEN in a file, which stays in the layer unless the same RUN removes it
