FROM python:3.12 AS builder
ARG DEBIAN_FRONTEND=noninteractive
ENV PIP_NO_INPUT=1
RUN --mount=type=secret,id=INDEX_PASSWORD,required=true \
    export INDEX_PASSWORD="$(cat /run/secrets/INDEX_PASSWORD)" && export PIP_EXTRA_INDEX_URL="https://ci:${INDEX_PASSWORD}@pypi.example.com/simple" && \
    pip install acme-models

FROM python:3.12-slim
COPY --from=builder /usr/local /usr/local

# applied: the build argument INDEX_PASSWORD: whoever has the image or its history can read it. Build with `--secret id=INDEX_PASSWORD,env=INDEX_PASSWORD`, and change what was published
