FROM python:3.12-slim
WORKDIR /app
COPY . .
COPY config.toml /root/.streamlit/config.toml
ENV HF_HOME=/root/.cache/huggingface
RUN pip install --user flask
CMD ["python", "app.py"]

# left alone: line 4: /root is closed to other users
# left alone: line 5: /root is closed to other users
# left alone: line 6: pip installs into root's home
