FROM python:3.11-slim
WORKDIR /app
COPY . /opt/app
RUN python /opt/app/train.py
CMD ["python", "/opt/app/app.py"]

# left alone: line 4: `RUN python /opt/app/train.py` runs after each change of the code: it does not run where the source is copied
