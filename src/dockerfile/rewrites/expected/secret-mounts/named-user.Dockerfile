FROM python:3.12-slim
USER app
RUN --mount=type=secret,id=API_TOKEN,mode=0444,required=true \
    export API_TOKEN="$(cat /run/secrets/API_TOKEN)" && \
    python fetch.py

# applied: the build argument API_TOKEN: whoever has the image or its history can read it. Build with `--secret id=API_TOKEN,env=API_TOKEN`, and change what was published
# left alone: line 4 gets API_TOKEN too: fetch.py is not at hand, and may read it
