FROM python:3.12-slim
RUN useradd app
COPY . /app
RUN if [ -d /app/data ]; then chown -R app:app /app; fi

# left alone: line 4: chown -R runs under a condition
