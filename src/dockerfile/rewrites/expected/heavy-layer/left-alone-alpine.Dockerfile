FROM python:3.11-alpine AS builder
RUN python -m venv /opt/venv
COPY requirements.txt ./
RUN /opt/venv/bin/pip install -r requirements.txt

FROM python:3.11-alpine
COPY --from=builder /opt/venv /opt/venv

# left alone: heavy distributions stay in one layer with the others: Alpine’s find and cp lack what it takes
