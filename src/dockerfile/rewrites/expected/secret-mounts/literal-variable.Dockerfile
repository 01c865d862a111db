FROM python:3.12-slim
RUN apt-get update
RUN --mount=type=secret,id=pip_index_url_password,required=true \
    export PIP_INDEX_URL="https://ci:$(cat /run/secrets/pip_index_url_password)@pypi.example.com/simple" && \
    pip install acme

# applied: the password in PIP_INDEX_URL: whoever has the image or its history can read it. Build with `--secret id=pip_index_url_password,src=FILE` (a file outside of the project with nothing but that value), and change what was published
