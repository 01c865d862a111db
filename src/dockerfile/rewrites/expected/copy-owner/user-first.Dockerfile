FROM python:3.12-slim
RUN useradd --create-home --uid 1000 app
WORKDIR /app
COPY --chown=app:app requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY --chown=app:app . .
# The application writes its database here.
RUN chown app:app /app
USER app
CMD ["python", "app.py"]

# applied: line 8 stores every file below /app a second time to change its owner
