FROM python:3.12-slim
COPY . /app
RUN useradd -m -d /app app && chown -R app:app /app

# left alone: line 3: line 3 /app is the home of the user that it makes
