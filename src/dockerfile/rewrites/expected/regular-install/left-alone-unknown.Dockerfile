FROM python:3.12 AS builder
RUN python -m venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH
WORKDIR /app
COPY . .
RUN pip install -e ./libs/other

FROM python:3.12-slim
COPY --from=builder /opt/venv /opt/venv
COPY . /app
CMD ["/opt/venv/bin/svc"]

# left alone: line 6: `./libs/other` stays in editable form, because what belongs to the package is not known
