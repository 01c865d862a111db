FROM python:3.11 AS builder
RUN pip wheel -w /wheels fastapi
FROM python:3.11-slim
COPY --from=builder /wheels /tmp
RUN pip install /tmp/*.whl
CMD ["python"]

# left alone: line 4: the wheels stay in a layer: a mount over /tmp would hide what else is there
