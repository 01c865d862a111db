FROM python:3.12-slim
WORKDIR /app
COPY . .
RUN ./setup.sh
RUN --mount=type=secret,id=API_TOKEN,required=true \
    export API_TOKEN="$(cat /run/secrets/API_TOKEN)" && \
    chmod +x login.sh && bash login.sh
RUN python fetch.py
RUN --mount=type=secret,id=API_TOKEN,required=true \
    export API_TOKEN="$(cat /run/secrets/API_TOKEN)" && \
    sh ./build.sh
RUN --mount=type=secret,id=API_TOKEN,required=true \
    export API_TOKEN="$(cat /run/secrets/API_TOKEN)" && \
    make
RUN --mount=type=secret,id=API_TOKEN,required=true \
    export API_TOKEN="$(cat /run/secrets/API_TOKEN)" && \
    /opt/vendor/install.sh

# applied: the build argument API_TOKEN: whoever has the image or its history can read it. Build with `--secret id=API_TOKEN,env=API_TOKEN`, and change what was published
# left alone: line 8 gets API_TOKEN too: build.sh: what `make` reads is not known here
# left alone: line 9 gets API_TOKEN too: what `make` reads is not known here
# left alone: line 10 gets API_TOKEN too: /opt/vendor/install.sh is not at hand, and may read it
