FROM python:3.12-slim
COPY nginx.conf /etc/nginx/
RUN chown -R www-data:www-data /etc

# left alone: line 3: /etc also holds what the base brings
