FROM python:3.12-slim
ENV HF_HOME=/cache
RUN mkdir -p /cache && chown -R 1000:1000 /cache
USER 1000:1000
CMD ["python", "main.py"]

# applied: models in the image are pushed and pulled with every version of the code (line 3); the first start downloads them into a volume instead, and needs the network for it: run with `-v model-cache:/cache`
