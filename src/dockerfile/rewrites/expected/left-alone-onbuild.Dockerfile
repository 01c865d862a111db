FROM python:3.11-slim
WORKDIR /app
COPY requirements.txt .
RUN --mount=type=cache,target=/root/.cache/pip,sharing=locked \
    pip install -r requirements.txt
ONBUILD COPY . .
CMD ["python", "app.py"]

# applied slim-base: python:3.11 carries compilers, headers and version control for building; python:3.11-slim is the same Python on the same Debian without them (this stage also installs distributions: one without a wheel would miss the compiler)
# applied cache-mounts: a changed requirement downloads nothing but itself, and no cache ends up in a layer
# left alone by split-stages: line 5: ONBUILD acts in images built from this one
