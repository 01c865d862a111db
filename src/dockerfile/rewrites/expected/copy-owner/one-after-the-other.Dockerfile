FROM python:3.12-slim
RUN useradd app
COPY --chown=app:app models /models
WORKDIR /app
COPY --chown=app:app . .
RUN chown app:app /app
RUN chown app:app /models
RUN chmod -R a+rX /app
USER app

# applied: line 5 stores every file below /app a second time to change its owner; line 6 stores every file below /models a second time to change its owner
# left alone: line 7: a mode in letters depends on the mode that each file has
# left alone: line 7: line 5 changes owners or modes below /app as well
