FROM python:3.12-slim
WORKDIR /app
RUN useradd app
COPY --chown=app:app --chmod=750 . .
COPY --chown=app:app --chmod=750 start.py /app/bin/start/
COPY --chown=app:app --chmod=750 main.py /app/lib/main.py
RUN mkdir -p /app/data && chown app:app /app /app/data && chmod 750 /app /app/data /app/bin /app/bin/start /app/lib
USER app

# applied: line 7 stores every file below /app a second time to change its owner and mode
