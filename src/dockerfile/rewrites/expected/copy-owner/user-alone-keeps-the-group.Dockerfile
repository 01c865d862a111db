FROM python:3.12-slim
COPY --chown=www-data:root . /srv/api
RUN chown www-data /srv/api
USER www-data

# applied: line 3 stores every file below /srv/api a second time to change its owner
