FROM python:3.12-slim
COPY askpass.sh /askpass.sh
ENV GIT_ASKPASS=/askpass.sh
RUN --mount=type=secret,id=GIT_TOKEN,required=true \
    export GIT_TOKEN="$(cat /run/secrets/GIT_TOKEN)" && \
    git clone https://github.com/acme/models.git
RUN --mount=type=secret,id=GIT_TOKEN,required=true \
    export GIT_TOKEN="$(cat /run/secrets/GIT_TOKEN)" && \
    pip install git+https://github.com/acme/other.git
RUN pip install numpy

# applied: the build argument GIT_TOKEN: whoever has the image or its history can read it. Build with `--secret id=GIT_TOKEN,env=GIT_TOKEN`, and change what was published
# left alone: line 5 gets GIT_TOKEN too: git asks a helper for the password, which may read it
# left alone: line 6 gets GIT_TOKEN too: git asks a helper for the password, which may read it
