FROM python:3.11 AS builder
RUN python -m venv /opt/venv
ENV PATH="/opt/venv/bin:$PATH"
ARG PYTORCH_INDEX_URL=https://download.pytorch.org/whl/cpu
RUN pip install --index-url "$PYTORCH_INDEX_URL" "torch>=2.2"

# What is heavy comes first, in layers of its own: one more requirement neither installs nor ships it again.
RUN pip install --prefer-binary "pandas>=2.1" scikit-learn
RUN touch /opt/venv.heavy

# What the service needs.
COPY requirements.txt ./
RUN pip install -r requirements.txt

# What was installed after the heavy distributions becomes a layer above theirs.
FROM builder AS layers
RUN mkdir /opt/venv-rest && cd /opt/venv && \
    find . ! -type d -newer /opt/venv.heavy -exec cp --archive --parents --target-directory=/opt/venv-rest {} + && \
    find . ! -type d -newer /opt/venv.heavy -delete && \
    find . -mindepth 1 -type d -newer /opt/venv.heavy -empty -delete

FROM python:3.11-slim
COPY --from=layers /opt/venv /opt/venv
COPY --from=layers /opt/venv-rest /opt/venv
ENV PATH="/opt/venv/bin:$PATH"
COPY . .
CMD ["python", "app.py"]

# applied: torch, pandas and scikit-learn rarely change
