FROM python:3.12 AS builder
RUN python -m venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH
WORKDIR /app
COPY . /app
RUN pip install ./libs/core . --no-deps

FROM python:3.12-slim
COPY --from=0 /opt/venv /opt/venv
CMD ["/opt/venv/bin/svc"]

# applied: the environment that is copied holds all of `./libs/core`, `.` then, the data that it declares included, whatever becomes of the source
