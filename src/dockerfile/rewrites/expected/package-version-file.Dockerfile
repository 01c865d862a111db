FROM python:3.12-slim
WORKDIR /app
# What the manifest lists, without the source: a change of the code does not install it again.
COPY pyproject.toml ./
RUN --mount=type=cache,target=/root/.cache/pip,sharing=locked \
    python -c "import tomllib; p = tomllib.load(open('pyproject.toml', 'rb'))['project']; print(*p['dependencies'], sep='\n')" > /tmp/requirements.txt && \
    pip install -r /tmp/requirements.txt

COPY . .
RUN --mount=type=cache,target=/root/.cache/pip,sharing=locked \
    pip install -e .
CMD ["svc"]

# applied slim-base: python:3.12 carries compilers, headers and version control for building; python:3.12-slim is the same Python on the same Debian without them (this stage also installs distributions: one without a wheel would miss the compiler)
# applied package-layer-order: a change of the source no longer repeats the installation of the dependencies
# applied cache-mounts: a changed requirement downloads nothing but itself, and no cache ends up in a layer
# left alone by split-stages: line 4: `.` is installed from the source tree, and `version_file =` leaves files there that a COPY does not bring
