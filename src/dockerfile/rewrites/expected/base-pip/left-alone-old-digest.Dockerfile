FROM python:3.11 AS builder
RUN python -m venv /opt/venv
ENV PATH="/opt/venv/bin:$PATH"
COPY requirements.txt ./
RUN pip install --upgrade pip && pip install -r requirements.txt

FROM python:3.9-slim@sha256:0000000000000000000000000000000000000000000000000000000000000000
WORKDIR /app
COPY --from=builder /opt/venv /opt/venv
ENV PATH="/opt/venv/bin:$PATH"
COPY . .
CMD ["uvicorn", "app:app"]

# left alone: the environment keeps its pip: that of python:3.9-slim@sha256:0000000000000000000000000000000000000000000000000000000000000000 may be missing, or older than 22.3
