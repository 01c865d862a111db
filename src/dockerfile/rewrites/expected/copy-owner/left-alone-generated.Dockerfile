FROM python:3.12-slim
RUN useradd app
WORKDIR /app
COPY . .
RUN python manage.py collectstatic --noinput
RUN chown -R app:app /app

# left alone: line 6: line 5 `python manage.py collectstatic` may write into /app
