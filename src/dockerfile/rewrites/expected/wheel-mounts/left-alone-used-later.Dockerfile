FROM python:3.11 AS builder
RUN pip wheel -w /wheels fastapi
FROM python:3.11-slim
COPY --from=builder /wheels /wheels
RUN pip install /wheels/fastapi*.whl
RUN pip install /wheels/*.whl && cp /wheels/fastapi.whl /srv
CMD ["python", "serve.py", "/wheels"]

# left alone: line 4: the wheels stay in a layer: line 6 names wheels too
