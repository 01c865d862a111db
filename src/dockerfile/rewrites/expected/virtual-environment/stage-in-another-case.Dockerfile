FROM python:3.11 AS builder
# The pip of the base image installs into the environment, which needs none of its own.
RUN python -m venv --without-pip /opt/venv
ENV PATH="/opt/venv/bin:$PATH" PIP_PYTHON=/opt/venv/bin/python

RUN pip install fastapi

FROM python:3.11-slim
COPY --from=Builder /opt/venv /opt/venv
ENV PATH="/opt/venv/bin:$PATH"
CMD ["python", "-m", "app"]

# applied: packages in /root/.local serve one user or mix with the system's Python; an environment stands alone, and only what it holds is copied
