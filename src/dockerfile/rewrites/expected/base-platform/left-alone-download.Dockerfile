FROM --platform=linux/amd64 python:3.12
RUN curl -fsSLO https://example.com/tool-linux-x86_64.tar.gz

# left alone: line 1: `x86_64` is named in RUN; take it from `ARG TARGETARCH` first (amd64 and arm64, elsewhere x86_64 and aarch64)
