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
COPY models/current.bin src/svc/model.bin
CMD ["/opt/venv/bin/svc"]

# left alone: line 6: `.` stays in editable form, because `COPY models/current.bin src/svc/model.bin` may change its source afterwards
