FROM python:3.12-slim
RUN --mount=type=secret,id=HF_TOKEN \
    export HF_TOKEN="$(cat /run/secrets/HF_TOKEN 2>/dev/null)" && \
    if [ -n "$HF_TOKEN" ]; then huggingface-cli download acme/private; fi

# applied: the build argument HF_TOKEN: whoever has the image or its history can read it. Build with `--secret id=HF_TOKEN,env=HF_TOKEN`, and change what was published
