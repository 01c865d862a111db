FROM python:3.12-slim
RUN --mount=type=secret,id=netrc,target=/root/.netrc,required=true \
    <<EOF
pip install acme
EOF
USER 1000
RUN --mount=type=secret,id=netrc,target=/root/.netrc,uid=1000,required=true \
    python -m app.warm

# applied: the credentials in .netrc: whoever has the image or its history can read it. Build with `--secret id=netrc,src=.netrc`, and change what was published
