FROM pytorch/pytorch:2.1.0-cuda12.1-cudnn8-runtime AS base
RUN --mount=type=cache,target=/var/cache/apt,sharing=locked \
    --mount=type=cache,target=/var/lib/apt,sharing=locked \
    rm -f /etc/apt/apt.conf.d/docker-clean && \
    echo 'Binary::apt::APT::Keep-Downloaded-Packages "true";' > /etc/apt/apt.conf.d/keep-cache && \
    apt-get update && apt-get install -y libgl1

FROM base AS test
RUN --mount=type=cache,target=/var/cache/apt,sharing=locked \
    --mount=type=cache,target=/var/lib/apt,sharing=locked \
    apt-get update && apt-get install -y git

FROM base
RUN --mount=type=cache,target=/var/cache/apt,sharing=locked \
    --mount=type=cache,target=/var/lib/apt,sharing=locked \
    apt-get update && apt-get install --no-install-recommends -y tini
ENTRYPOINT ["tini", "--"]
CMD ["python", "app.py"]

# applied no-recommends: apt also installs what packages recommend, unless it is told not to
# applied apt-steps: an update in a layer of its own is cached and goes stale: each installation reads the lists of its own day; package lists that are not removed in the same RUN stay in its layer
# applied cache-mounts: a changed requirement downloads nothing but itself, and no cache ends up in a layer
# left alone by runtime-packages: system package tini: nothing here tells what it is for, so it stays
