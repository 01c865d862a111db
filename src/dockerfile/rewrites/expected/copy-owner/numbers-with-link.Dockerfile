FROM debian:bookworm-slim
COPY --link --chown=1000:1000 models /models
COPY --link --chown=1000:1000 code /models/code
RUN chown 1000:1000 /models
USER 1000

# applied: line 4 stores every file below /models a second time to change its owner
