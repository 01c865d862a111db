FROM debian:bookworm
RUN apt-get update && apt-get install --no-install-recommends -y gcc git ca-certificates
COPY . .
RUN ./install.sh
CMD ["./serve"]

# applied no-recommends: apt also installs what packages recommend, unless it is told not to (certificate authorities, which some recommend, are named instead)
# left alone by runtime-packages: system package gcc: line 4 may call it while the image is built
# left alone by runtime-packages: system package git: line 4 may call it while the image is built
# left alone by cache-mounts: line 2: apt: a later step may read the package lists that it leaves in its layer
