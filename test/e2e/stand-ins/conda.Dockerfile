# Stands in for continuumio/miniconda3:24.5.0-0, and for the debian:bookworm-slim that it is built on, where Docker Hub and conda's channels cannot
# be reached: Debian with the layout of conda and a program that makes an environment, starts programs in it as `conda run` does, and cleans.
# An environment is a Python of its own with the wheels of the `pip:` section, and one package that brings an activation script.
FROM python:3.11-slim AS python

FROM python AS debian
RUN rm -rf /usr/local/* && mkdir /usr/local/bin

FROM scratch AS system
COPY --from=debian / /
ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
LABEL dev.plimsoll.stand-in="debian:bookworm-slim made of Debian 12 packages, not the official image"
CMD ["bash"]

FROM system AS miniconda
COPY --from=python /usr/local/ /opt/conda/
COPY conda.sh /opt/conda/bin/conda
RUN chmod +x /opt/conda/bin/conda && mkdir -p /opt/conda/pkgs/cache && head -c 60000000 /dev/urandom > /opt/conda/pkgs/python-3.12.conda
ENV LANG=C.UTF-8 LC_ALL=C.UTF-8 PATH=/opt/conda/bin:$PATH
LABEL dev.plimsoll.stand-in="continuumio/miniconda3:24.5.0-0 made of Debian 12 packages, not the official image"
CMD ["/bin/bash"]
