FROM python:3.12 AS builder
RUN python -m venv /opt/venv && /opt/venv/bin/pip install flask

FROM python:3.12-slim
RUN useradd --create-home --uid 10001 app
COPY --from=builder /opt/venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH MPLCONFIGDIR=/var/cache/matplotlib
WORKDIR /app
COPY --chown=app:app . /app
RUN mkdir -p /app /var/cache/matplotlib && chown app:app /app /var/cache/matplotlib
USER app
CMD ["python", "app.py"]

# applied: whoever breaks out of the application is not root; app (10001) has a home and owns /app, /var/cache/matplotlib. What is mounted from outside must be writable for 10001
