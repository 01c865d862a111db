FROM python:3.11 AS builder
RUN python -m venv /opt/venv
ENV PATH="/opt/venv/bin:$PATH"
# What is heavy comes first, in layers of its own: one more requirement neither installs nor ships it again.
RUN pip install "pandas>=2.1"
RUN touch /opt/venv.heavy

COPY requirements.txt ./
RUN pip install -r requirements.txt

# What was installed after the heavy distributions becomes a layer above theirs.
FROM builder AS layers
WORKDIR /opt/venv
RUN mkdir /opt/venv-rest && \
    find . ! -type d -newer /opt/venv.heavy -exec cp --archive --parents --target-directory=/opt/venv-rest {} + && \
    find . ! -type d -newer /opt/venv.heavy -delete && \
    find . -mindepth 1 -type d -newer /opt/venv.heavy -empty -delete

FROM python:3.11-slim
WORKDIR /app
COPY --from=layers /opt/venv /opt/venv
COPY --from=layers /opt/venv-rest /opt/venv
ENV VIRTUAL_ENV=/opt/venv PATH="/opt/venv/bin:$PATH"

COPY site /opt/venv/site
COPY train.py .

# the model
RUN python train.py
COPY app.py .
CMD ["python", "app.py"]


