FROM pytorch/pytorch:2.1.0-cuda12.1-cudnn8-runtime
RUN apt-get update
RUN --mount=type=cache,target=/var/cache/apt,sharing=locked \
    --mount=type=cache,target=/var/lib/apt,sharing=locked \
    rm -f /etc/apt/apt.conf.d/docker-clean && \
    echo 'Binary::apt::APT::Keep-Downloaded-Packages "true";' > /etc/apt/apt.conf.d/keep-cache && \
    apt-get install --no-install-recommends -y gnupg
RUN echo "deb http://deb.example.org stable main" > /etc/apt/sources.list.d/example.list
RUN --mount=type=cache,target=/var/cache/apt,sharing=locked \
    --mount=type=cache,target=/var/lib/apt,sharing=locked \
    rm -f /etc/apt/apt.conf.d/docker-clean && \
    echo 'Binary::apt::APT::Keep-Downloaded-Packages "true";' > /etc/apt/apt.conf.d/keep-cache && \
    apt-get install --no-install-recommends -y example-runtime
CMD ["python", "app.py"]

# applied no-recommends: apt also installs what packages recommend, unless it is told not to
# applied cache-mounts: a changed requirement downloads nothing but itself, and no cache ends up in a layer
# left alone by apt-steps: line 4: changes where apt looks, so the order of the steps around it stays
# left alone by runtime-packages: system package gnupg: nothing here tells what it is for, so it stays
# left alone by runtime-packages: system package example-runtime: nothing here tells what it is for, so it stays
