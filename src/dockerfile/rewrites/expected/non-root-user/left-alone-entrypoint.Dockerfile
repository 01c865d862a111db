FROM python:3.12-slim
WORKDIR /app
COPY . .
ENTRYPOINT ["./entrypoint.sh"]

# left alone: entrypoint.sh:3 calls gosu
