FROM python:3.12-slim
ENV HF_HOME=/cache
RUN hf download acme/model
RUN chown -R 1000:1000 /cache
USER 1000:1000
CMD ["python", "main.py"]

# left alone: line 4 needs /cache, which the download makes: put `mkdir -p /cache` into that RUN first
