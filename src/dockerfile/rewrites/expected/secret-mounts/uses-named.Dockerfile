FROM python:3.12-slim
WORKDIR /app
RUN apt-get update && apt-get install -y git
RUN curl -fsSL https://example.com/data.tar -o data.tar && tar xf data.tar && rm data.tar
RUN pip install fastapi
RUN useradd app
RUN --mount=type=secret,id=GIT_TOKEN,required=true \
    export GIT_TOKEN="$(cat /run/secrets/GIT_TOKEN)" && \
    pip install git+https://${GIT_TOKEN}@github.com/acme/models.git
RUN --mount=type=secret,id=GIT_TOKEN,required=true \
    export GIT_TOKEN="$(cat /run/secrets/GIT_TOKEN)" && \
    timeout 60 sh -c 'printenv GIT_TOKEN | cut -c1-4'
RUN python -m compileall /app
RUN git clone https://github.com/acme/public.git
COPY . .
CMD ["python", "app.py"]

# applied: the build argument GIT_TOKEN: whoever has the image or its history can read it. Build with `--secret id=GIT_TOKEN,env=GIT_TOKEN`, and change what was published
