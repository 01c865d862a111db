FROM python:3.12-slim
RUN --mount=type=secret,id=pip-conf,target=/etc/pip.conf,required=true \
    pip install acme
COPY . /app

# applied: a password for pypi.example.com in pip.conf: whoever has the image or its history can read it. Build with `--secret id=pip-conf,src=pip.conf`, and change what was published
