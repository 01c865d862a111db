FROM python:3.12 AS builder
RUN python -m venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH
WORKDIR /app
COPY pyproject.toml README.md ./
COPY src ./src
RUN pip install . && python -m pip install "." && uv pip install .

FROM python:3.12-slim
COPY --from=builder /opt/venv /opt/venv
CMD ["/opt/venv/bin/svc"]

# applied: the environment that is copied holds all of `.` then, the data that it declares included, whatever becomes of the source
