FROM python:3.12-slim
RUN --mount=type=secret,id=GIT_TOKEN,required=true \
    <<EOF
export GIT_TOKEN="$(cat /run/secrets/GIT_TOKEN)"
pip install git+https://$GIT_TOKEN@github.com/acme/models.git
EOF
RUN --mount=type=secret,id=GIT_TOKEN,required=true \
    <<-"EOF"
	#!/bin/bash -e
export GIT_TOKEN="$(cat /run/secrets/GIT_TOKEN)"
	git clone https://$GIT_TOKEN@github.com/acme/other.git && rm -rf other/.git
	EOF
RUN --mount=type=secret,id=GIT_TOKEN,required=true export GIT_TOKEN="$(cat /run/secrets/GIT_TOKEN)" && python3 <<EOF
import os; print(os.environ["GIT_TOKEN"][:4])
EOF
RUN <<EOF
mkdir -p /data
EOF

# applied: the build argument GIT_TOKEN: whoever has the image or its history can read it. Build with `--secret id=GIT_TOKEN,env=GIT_TOKEN`, and change what was published
