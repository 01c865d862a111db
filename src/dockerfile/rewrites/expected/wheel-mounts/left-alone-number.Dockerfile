FROM python:3.11
RUN pip wheel -w /wheels fastapi
FROM python:3.11-slim
COPY --from=0 /wheels /wheels
RUN pip install /wheels/*
CMD ["python"]

# left alone: line 4: the wheels stay in a layer: the stage 0 has no name, which a mount needs
