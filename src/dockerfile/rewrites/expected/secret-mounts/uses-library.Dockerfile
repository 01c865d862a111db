FROM python:3.12-slim
WORKDIR /app
RUN pip install transformers
RUN --mount=type=secret,id=HF_TOKEN,required=true \
    --mount=type=secret,id=VENDOR_TOKEN,required=true \
    export HF_TOKEN="$(cat /run/secrets/HF_TOKEN)" VENDOR_TOKEN="$(cat /run/secrets/VENDOR_TOKEN)" && \
    python -c "from transformers import AutoModel; AutoModel.from_pretrained('acme/private')"
RUN curl -fsSLO https://example.com/data.tar

# applied: the build argument HF_TOKEN, the build argument VENDOR_TOKEN: whoever has the image or its history can read it. Build with `--secret id=HF_TOKEN,env=HF_TOKEN` `--secret id=VENDOR_TOKEN,env=VENDOR_TOKEN`, and change what was published
# left alone: line 6 gets VENDOR_TOKEN too: nothing here names it, so a library that `python` loads may read it
