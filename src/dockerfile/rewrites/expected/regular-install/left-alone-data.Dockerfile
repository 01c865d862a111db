FROM python:3.12 AS builder
RUN python -m venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH
WORKDIR /app
COPY . .
RUN pip install -e .

FROM python:3.12-slim
WORKDIR /app
COPY --from=builder /opt/venv /opt/venv
COPY . .
CMD ["/opt/venv/bin/svc"]

# left alone: line 6: `.` stays in editable form, because src/svc/words.yaml is no declared package data
