FROM python:3.11 AS build
RUN python -m venv /venv
# What is heavy comes first, in layers of its own: one more requirement neither installs nor ships it again.
RUN /venv/bin/pip install --prefer-binary "torch>=2.2" "pandas>=2.1" scikit-learn
RUN touch /venv.heavy

COPY requirements.txt ./
RUN /venv/bin/pip install -r requirements.txt

FROM build AS test
RUN /venv/bin/pip install pytest

FROM python:3.11-slim AS layers
RUN useradd app

# What was installed after the heavy distributions becomes a layer above theirs.
FROM build AS environment-layers
RUN mkdir /venv-rest && cd /venv && \
    find . ! -type d -newer /venv.heavy -exec cp --archive --parents --target-directory=/venv-rest {} + && \
    find . ! -type d -newer /venv.heavy -delete && \
    find . -mindepth 1 -type d -newer /venv.heavy -empty -delete

FROM layers
COPY --link --chown=1000:1000 --from=environment-layers /venv/ /venv
COPY --from=environment-layers --link --chown=1000:1000 /venv-rest /venv
USER app
CMD ["/venv/bin/python", "app.py"]

# applied: torch, pandas and scikit-learn rarely change
