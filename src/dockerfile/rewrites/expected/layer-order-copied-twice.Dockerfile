FROM python:3.12-slim
WORKDIR /app
RUN make prepare
# What it needs
COPY requirements.txt .
# Without a cache.
RUN --mount=type=cache,target=/root/.cache/pip,sharing=locked \
    pip install -r requirements.txt

# The application
COPY . .

RUN python -m app.warm
CMD ["python", "app.py"]

# applied layer-order: a change of the source no longer repeats the installation
# applied cache-mounts: a changed requirement downloads nothing but itself, and no cache ends up in a layer
# left alone by split-stages: line 3: `RUN make prepare` runs before the installation, and what it leaves for pip or for the application is not known
