FROM python:3.12-slim
WORKDIR /app
# Nobody logs in.
RUN adduser --disabled-password --gecos "" app
COPY --chown=app:app --chmod=750 . .
RUN chown -v app: /app && chmod 750 /app
USER app

# applied: line 6 stores every file below /app a second time to change its owner and mode
