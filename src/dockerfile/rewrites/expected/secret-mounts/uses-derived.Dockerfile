FROM python:3.12-slim
ARG INDEX_USER=ci
ARG INDEX_URL
RUN mkdir -p /data
RUN --mount=type=secret,id=INDEX_PASSWORD,required=true \
    export INDEX_PASSWORD="$(cat /run/secrets/INDEX_PASSWORD)" && export INDEX_URL="${INDEX_URL:-https://${INDEX_USER}:${INDEX_PASSWORD}@pypi.example.com/simple}" && export PIP_EXTRA_INDEX_URL="$INDEX_URL" && \
    pip install acme
RUN --mount=type=secret,id=INDEX_PASSWORD,required=true \
    export INDEX_PASSWORD="$(cat /run/secrets/INDEX_PASSWORD)" && export INDEX_URL="${INDEX_URL:-https://${INDEX_USER}:${INDEX_PASSWORD}@pypi.example.com/simple}" && \
    curl --fail "$INDEX_URL/acme/" -o /dev/null
RUN --mount=type=secret,id=INDEX_PASSWORD,required=true \
    export INDEX_PASSWORD="$(cat /run/secrets/INDEX_PASSWORD)" && export INDEX_URL="${INDEX_URL:-https://${INDEX_USER}:${INDEX_PASSWORD}@pypi.example.com/simple}" && \
    URL=$INDEX_URL && echo "${URL%%@*}" | wc -c
RUN tar --version

# applied: the build argument INDEX_PASSWORD: whoever has the image or its history can read it. Build with `--secret id=INDEX_PASSWORD,env=INDEX_PASSWORD`, and change what was published
