FROM ubuntu:22.04
RUN --mount=type=cache,target=/var/cache/apt,sharing=locked \
    --mount=type=cache,target=/var/lib/apt,sharing=locked \
    rm -f /etc/apt/apt.conf.d/docker-clean && \
    echo 'Binary::apt::APT::Keep-Downloaded-Packages "true";' > /etc/apt/apt.conf.d/keep-cache && \
    apt-get update && apt-get install -y python3-pip python3-numpy
COPY requirements.txt .
RUN --mount=type=cache,target=/root/.cache/pip,sharing=locked \
    pip3 install -r requirements.txt
COPY . .
CMD ["python3", "app.py"]

# applied apt-steps: package lists that are not removed in the same RUN stay in its layer
# applied cache-mounts: a changed requirement downloads nothing but itself, and no cache ends up in a layer
# left alone by split-stages: the system package python3-numpy brings Python modules, which a virtual environment would not see
# left alone by runtime-packages: system package python3-pip: line 4 still installs distributions in this stage, which may need it
# left alone by no-recommends: line 2: python3-pip recommends a compiler and headers, which a distribution without a wheel needs
