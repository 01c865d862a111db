FROM python:3.12-slim
RUN --mount=type=cache,target=/root/.cache/pip,sharing=locked \
    pip install pipenv
WORKDIR /srv/app
COPY Pipfile Pipfile.lock ./
RUN python fetch_models.py
RUN --mount=type=cache,target=/root/.cache/pipenv,sharing=locked \
    pipenv sync --system && cp -r /usr/local/lib/python3.12/site-packages/app/static /srv/static
CMD ["make", "serve"]

# applied slim-base: python:3.12 carries compilers, headers and version control for building; python:3.12-slim is the same Python on the same Debian without them (this stage also installs distributions: one without a wheel would miss the compiler)
# applied cache-mounts: a changed requirement downloads nothing but itself, and no cache ends up in a layer
# left alone by tool-stages: line 5: `RUN python fetch_models.py` runs before the last installation, and what it leaves for the application is not known
# left alone by tool-stages: line 6: `cp -r /usr/local/lib/python3.12/site-packages/app/static /srv/static` runs in the same RUN as the installation, and its results would be left behind
# left alone by tool-stages: line 7: what `make` starts is not read here
# left alone by tool-stages: line 6 names the installation path /usr/local/lib/python3.12/site-packages
