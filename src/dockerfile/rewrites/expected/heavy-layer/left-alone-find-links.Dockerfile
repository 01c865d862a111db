FROM python:3.11 AS builder
RUN python -m venv /opt/venv
ENV PATH="/opt/venv/bin:$PATH"
COPY wheels/ /wheels/
COPY requirements.txt ./
RUN pip install --no-index --find-links /wheels -r requirements.txt

FROM python:3.11-slim
COPY --from=builder /opt/venv /opt/venv
CMD ["/opt/venv/bin/python", "app.py"]

# left alone: heavy distributions stay in one layer with the others: line 6 installs from a folder, which would have to be there before
