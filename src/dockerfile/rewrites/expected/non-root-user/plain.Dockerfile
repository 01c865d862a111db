FROM python:3.12-slim
ENV PYTHONUNBUFFERED=1
WORKDIR /app
RUN useradd --create-home --uid 10001 app
# What it needs.
COPY --chown=app:app requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY --link --chown=10001:10001 . .
RUN mkdir -p /app && chown app:app /app
USER app
EXPOSE 8000
CMD ["uvicorn", "app:app", "--host", "0.0.0.0", "--port", "8000"]

# applied: whoever breaks out of the application is not root; app (10001) has a home and owns /app. What is mounted from outside must be writable for 10001
