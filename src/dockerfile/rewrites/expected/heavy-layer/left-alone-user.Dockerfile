FROM python:3.11 AS builder
RUN python -m venv /opt/venv && useradd app && chown -R app /opt/venv
USER app
COPY requirements.txt ./
RUN /opt/venv/bin/pip install -r requirements.txt

FROM python:3.11-slim
COPY --from=builder /opt/venv /opt/venv
ENV PATH="/opt/venv/bin:$PATH"
COPY . .
CMD ["python", "app.py"]

# left alone: heavy distributions stay in one layer with the others: the builder stage runs as app
