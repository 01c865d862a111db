FROM python:3.12-slim
RUN --mount=type=cache,target=/var/cache/apt,sharing=locked \
    --mount=type=cache,target=/var/lib/apt,sharing=locked \
    rm -f /etc/apt/apt.conf.d/docker-clean && \
    echo 'Binary::apt::APT::Keep-Downloaded-Packages "true";' > /etc/apt/apt.conf.d/keep-cache && \
    apt-get update && apt-get install --no-install-recommends -y curl && curl -fsSL https://deb.nodesource.com/setup_20.x | bash - && apt-get install --no-install-recommends -y nodejs wget
WORKDIR /app
COPY . .
RUN --mount=type=cache,target=/root/.npm,sharing=locked \
    npm install --prefix web
HEALTHCHECK CMD wget -qO- http://localhost:8000/
CMD ["npm", "start"]

# applied slim-base: python:3.12 carries compilers, headers and version control for building; python:3.12-slim is the same Python on the same Debian without them
# applied runtime-libraries: wget: HEALTHCHECK calls wget
# applied no-recommends: apt also installs what packages recommend, unless it is told not to
# applied cache-mounts: a changed requirement downloads nothing but itself, and no cache ends up in a layer
# left alone by runtime-packages: system package curl: RUN calls curl
# left alone by runtime-packages: system package nodejs: nothing here tells what it is for, so it stays
