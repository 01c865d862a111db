FROM python:3.11-slim
WORKDIR /srv/app
ENV SEED=7
USER app
RUN --mount=type=bind,source=app/__init__.py,target=/srv/app/app/__init__.py \
    --mount=type=bind,source=app/features.py,target=/srv/app/app/features.py \
    --mount=type=bind,source=data,target=/srv/app/data \
    --mount=type=bind,source=train.py,target=/srv/app/train.py \
    /opt/venv/bin/python ./train.py

COPY --chown=app:app . /srv/app/
CMD ["python", "app.py"]

# applied: train.py reads app/__init__.py, app/features.py, data: a change of other code does not run it again
