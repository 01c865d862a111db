FROM python:3.12-slim
WORKDIR /srv
RUN useradd --create-home --uid 10001 appuser
COPY settings.toml /app/settings.toml
RUN chown -R app:app /app
RUN mkdir -p /srv && chown appuser:appuser /srv
USER appuser
CMD ["python", "app.py"]

# applied: whoever breaks out of the application is not root; appuser (10001) has a home and owns /srv. What is mounted from outside must be writable for 10001
