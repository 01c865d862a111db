FROM python:3.12-slim
COPY .netrc /root/.netrc
RUN mkdir -p /data
CMD ["python", "app.py"]

# left alone: line 2: .netrc: no RUN here reads it; where the running container does, hand it in when that starts
