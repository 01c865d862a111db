FROM python:3.12 AS builder
RUN python -m venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH
WORKDIR /app
COPY . .
RUN pip install -e .

FROM python:3.12-slim
WORKDIR /app
COPY --from=builder /opt/venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH
COPY . .
RUN python -m svc.compile_messages
CMD ["svc"]

# left alone: line 6: `.` stays in editable form, because `RUN python -m svc.compile_messages` may change its source afterwards
