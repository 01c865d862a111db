FROM python:3.11@sha256:0000000000000000000000000000000000000000000000000000000000000000
COPY requirements.txt .
RUN --mount=type=cache,target=/root/.cache/pip,sharing=locked \
    pip install -r requirements.txt && python -m nltk.downloader punkt
COPY . .
CMD ["/usr/local/bin/gunicorn", "app:app"]

# applied cache-mounts: a changed requirement downloads nothing but itself, and no cache ends up in a layer
# left alone by split-stages: line 3: `python -m nltk.downloader punkt` runs in the same RUN as the installation, and its results would be left behind
# left alone by split-stages: line 5 names the installation path /usr/local/bin/gunicorn
# left alone by slim-base: line 1: python:3.11@sha256:0000000000000000000000000000000000000000000000000000000000000000 is pinned by digest; the digest of its slim variant is yours to choose
