FROM python:3.11 AS builder
RUN pip wheel -w /wheels fastapi
FROM python:3.11-slim
RUN --mount=type=bind,from=builder,source=/wheels,target=/wheels \
    pip install /wheels/*.whl \
    && rm -rf /root/.cache
CMD ["python"]

# applied: what pip installs from /wheels is in the image then, and the wheels themselves lie in the layer of their COPY, removed or not
