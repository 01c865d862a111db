FROM python:3.12-slim
WORKDIR /app
RUN apt-get update && apt-get install --no-install-recommends -y foo-bar && ./before.sh
RUN apt-get update && apt-get install --no-install-recommends -y foo-baz
COPY requirements.txt ./
RUN --mount=type=cache,target=/root/.cache/pip,sharing=locked \
    pip install -r requirements.txt

COPY . .
RUN bash -c 'apt-get update && apt-get install --no-install-recommends -y qux' && ./other.sh
RUN bash -c 'apt-get update && apt-get install --no-install-recommends -y qux' && ./other.sh
RUN echo | apt-get install -y --no-install-recommends quux
CMD ["python", "app.py"]

# applied slim-base: python:3.12 carries compilers, headers and version control for building; python:3.12-slim is the same Python on the same Debian without them (this stage also installs distributions: one without a wheel would miss the compiler)
# applied no-recommends: apt also installs what packages recommend, unless it is told not to
# applied layer-order: a change of the source no longer repeats the installation
# applied apt-steps: without -y apt asks a question that nobody answers
# applied cache-mounts: a changed requirement downloads nothing but itself, and no cache ends up in a layer
# left alone by split-stages: line 3: `RUN apt-get update && apt-get install -y foo-bar && ./before…` runs before the installation, and what it leaves for pip or for the application is not known
# left alone by apt-steps: line 9: its installation does not run in every case, so no update is put in front of it
# left alone by cache-mounts: line 3: apt: a later step may read the package lists that it leaves in its layer
# left alone by cache-mounts: line 4: apt: a later step may read the package lists that it leaves in its layer
# left alone by cache-mounts: line 7: apt: a later step may read the package lists that it leaves in its layer
# left alone by cache-mounts: line 8: apt: a later step may read the package lists that it leaves in its layer
# left alone by cache-mounts: line 9: apt: it installs from the package lists of an earlier layer, which a mount would hide
