FROM python:3.11 AS builder
RUN python -m venv /opt/venv
ENV PATH="/opt/venv/bin:$PATH"
COPY pip.conf /etc/pip.conf
# What is heavy comes first, in layers of its own: one more requirement neither installs nor ships it again.
RUN --mount=type=secret,id=netrc,target=/root/.netrc \
    pip install --extra-index-url https://pypi.example.com/simple --prefer-binary "torch>=2.2" "pandas>=2.1" scikit-learn
RUN touch /opt/venv.heavy

COPY requirements.txt ./
RUN --mount=type=secret,id=netrc,target=/root/.netrc --mount=type=bind,source=requirements.txt,target=requirements.txt \
    pip install --upgrade pip && pip install --extra-index-url https://pypi.example.com/simple -r requirements.txt

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
