FROM nvcr.io/nvidia/pytorch:24.01-py3
ENV PIP_DISABLE_PIP_VERSION_CHECK=1
# the cache goes together with what else is removed
RUN --mount=type=cache,target=/root/.cache/pip,sharing=locked \
    --mount=type=cache,target=/var/cache/apt,sharing=locked \
    --mount=type=cache,target=/var/lib/apt,sharing=locked \
    rm -f /etc/apt/apt.conf.d/docker-clean && \
    echo 'Binary::apt::APT::Keep-Downloaded-Packages "true";' > /etc/apt/apt.conf.d/keep-cache && \
    apt-get update && apt-get install -y --no-install-recommends ffmpeg \
    && pip install fastapi && rm -rf /tmp/*
# everything below ~/.cache goes, models too
RUN pip install --no-cache-dir gdown && gdown --id 1 -O model.bin && rm -rf /root/.cache
RUN --mount=type=cache,target=/root/.cache/pip,sharing=locked \
    pip install uvicorn
RUN --mount=type=cache,target=/root/.npm,sharing=locked \
    npm ci --prefix web
RUN --mount=type=cache,target=/root/.cache/pip,sharing=locked \
    apt-get update && apt-get install -y --no-install-recommends gcc && pip install cython && apt-get purge -y --auto-remove gcc && rm -rf /var/lib/apt/lists/*
CMD ["uvicorn", "app:app"]

# applied apt-steps: package lists that are not removed in the same RUN stay in its layer
# applied cache-mounts: a changed requirement downloads nothing but itself, and no cache ends up in a layer
# left alone by split-stages: line 9: `gdown --id 1 -O` runs in the same RUN as the installation, and its results would be left behind
# left alone by split-stages: line 11: `RUN npm ci --prefix web && npm cache clean --force` runs before the installation, and what it leaves for pip or for the application is not known
# left alone by runtime-packages: system package gcc: line 5 still installs distributions in this stage, which may need it
# left alone by cache-mounts: line 9: it removes /root/.cache/pip itself, which fails where a cache is mounted there
# left alone by cache-mounts: line 12: apt: what `autoremove` may take is recorded in /var/lib/apt, which a mount would share between images
