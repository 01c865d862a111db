FROM python:3.11 AS builder
RUN python -m venv /opt/venv
ENV PATH="/opt/venv/bin:$PATH"
COPY requirements.txt ./
RUN pip install --upgrade pip && pip install -r requirements.txt

# Takes out of the environment what is never run; prints what went and what was kept, and why.
RUN --mount=type=bind,source=docker/prune-site-packages.py,target=/tmp/prune-site-packages.py \
    python /tmp/prune-site-packages.py /opt/venv --installers --keep pkg_resources --keep setuptools

FROM python:3.11-slim
WORKDIR /app
COPY --from=builder /opt/venv /opt/venv
# The pip of the base image serves the environment.
ENV PIP_PYTHON=/opt/venv/bin/python
ENV PATH="/opt/venv/bin:$PATH"
COPY . .
CMD ["uvicorn", "app:app"]

# applied: the base image has a pip, which installs into any environment and lists it; nothing runs one there
