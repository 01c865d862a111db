FROM python:3.12 AS builder
RUN python -m venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH
WORKDIR /app
COPY pyproject.toml README.md ./
COPY src/svc/__init__.py ./src/svc/
RUN pip install -e .

FROM python:3.12-slim
WORKDIR /app
COPY --from=builder /opt/venv /opt/venv
COPY . .
CMD ["/opt/venv/bin/svc"]

# left alone: line 7: `.` stays in editable form, because no COPY above it brings all of src/svc
