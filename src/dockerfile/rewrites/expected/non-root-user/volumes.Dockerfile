FROM python:3.12-slim
ENV HF_HOME=/models
WORKDIR /app
RUN useradd --create-home --uid 10001 app
COPY --chown=app:app . .
RUN mkdir -p /app /models /app/uploads && chown app:app /app /models /app/uploads
USER app
CMD ["python", "app.py"]

# applied: whoever breaks out of the application is not root; app (10001) has a home and owns /app, /models, /app/uploads. What is mounted from outside must be writable for 10001
