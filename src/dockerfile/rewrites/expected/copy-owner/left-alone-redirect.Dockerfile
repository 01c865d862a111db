FROM python:3.12-slim
RUN useradd app
WORKDIR /app
COPY . .
RUN echo '{}' > settings.json && chown -R app:app /app

# left alone: line 5: line 5 `echo {}` may write into /app
