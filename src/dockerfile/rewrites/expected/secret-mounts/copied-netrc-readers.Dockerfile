FROM python:3.12-slim
RUN apt-get update && apt-get install -y git
RUN mkdir -p /data && tar --version
RUN --mount=type=secret,id=netrc,target=/root/.netrc,required=true \
    pip install acme
RUN --mount=type=secret,id=netrc,target=/root/.netrc,required=true \
    sed -n 1p /root/.netrc
RUN --mount=type=secret,id=netrc,target=/root/.netrc,required=true \
    make

# applied: the credentials in .netrc: whoever has the image or its history can read it. Build with `--secret id=netrc,src=.netrc`, and change what was published
# left alone: line 7 gets .netrc too: what `make` reads is not known here
