FROM python:3.12-slim
RUN --mount=type=cache,target=/var/cache/apt,sharing=locked \
    --mount=type=cache,target=/var/lib/apt,sharing=locked \
    rm -f /etc/apt/apt.conf.d/docker-clean && \
    echo 'Binary::apt::APT::Keep-Downloaded-Packages "true";' > /etc/apt/apt.conf.d/keep-cache && \
    apt-get update && apt-get install --no-install-recommends -y build-essential
COPY requirements.txt .
RUN --mount=type=cache,target=/root/.cache/pip,sharing=locked \
    pip install -U pip setuptools wheel requests && pip install -r requirements.txt
ADD . .
RUN python3 setup.py install
RUN --mount=type=cache,target=/var/cache/apt,sharing=locked \
    --mount=type=cache,target=/var/lib/apt,sharing=locked \
    apt-get update && apt-get install --no-install-recommends -y curl && echo "app ALL=(ALL) ALL" >> /etc/sudoers
CMD ["python", "app.py"]

# applied slim-base: python:3.12 carries compilers, headers and version control for building; python:3.12-slim is the same Python on the same Debian without them (this stage also installs distributions: one without a wheel would miss the compiler)
# applied no-recommends: apt also installs what packages recommend, unless it is told not to
# applied apt-steps: package lists that are not removed in the same RUN stay in its layer
# applied cache-mounts: a changed requirement downloads nothing but itself, and no cache ends up in a layer
# left alone by split-stages: line 6: `setup.py` is called directly, and what it compiles and where it installs is not known
# left alone by runtime-packages: system packages build-essential, curl: line 4 still installs distributions in this stage, which may need them
