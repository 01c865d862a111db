FROM python:3.12-slim
WORKDIR /app
RUN apt-get update && apt-get install -y git
COPY requirements.txt .
# Read access to the private packages.
RUN --mount=type=secret,id=GIT_TOKEN,required=true \
    export GIT_TOKEN="$(cat /run/secrets/GIT_TOKEN)" && \
    pip install "git+https://${GIT_TOKEN}@github.com/acme/models.git" \
    && pip install -r requirements.txt
COPY . .
CMD ["python", "app.py"]

# applied: the build argument GIT_TOKEN: whoever has the image or its history can read it. Build with `--secret id=GIT_TOKEN,env=GIT_TOKEN`, and change what was published
