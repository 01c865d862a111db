FROM debian:bookworm-slim
RUN useradd app
WORKDIR /srv/api
RUN useradd --create-home --uid 10001 appuser
COPY --chown=appuser:appuser . .
RUN mkdir -p /srv/api && chown appuser:appuser /srv/api
USER appuser
CMD ["./serve"]

# applied: whoever breaks out of the application is not root; appuser (10001) has a home and owns /srv/api. What is mounted from outside must be writable for 10001
