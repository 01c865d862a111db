FROM python:3.11
RUN python -m venv /opt/venv
COPY requirements.txt ./
RUN /opt/venv/bin/pip install -r requirements.txt

FROM python:3.11-slim
COPY --from=0 /opt/venv /opt/venv
CMD ["/opt/venv/bin/python", "app.py"]

# left alone: heavy distributions stay in one layer with the others: line 7 copies from a stage that has no name
