FROM python:3.12-slim
ENV HF_HOME=/var/cache/hf
RUN pip install transformers

CMD ["python", "app.py"]

# applied: models in the image are pushed and pulled with every version of the code (line 4, line 6); the first start downloads them into a volume instead, and needs the network for it: run with `-v model-cache:/var/cache/hf`
