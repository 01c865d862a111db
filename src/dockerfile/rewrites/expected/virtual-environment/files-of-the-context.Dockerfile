FROM python:3.11-slim
RUN pip install --user fastapi
COPY /root/.local /root/.local
CMD ["python", "-m", "app"]


