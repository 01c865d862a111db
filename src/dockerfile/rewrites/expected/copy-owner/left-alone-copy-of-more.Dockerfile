FROM python:3.12-slim
RUN useradd app
COPY rootfs/ /
RUN chown -R app:app /app

# left alone: line 4: line 3 brings more than /app
