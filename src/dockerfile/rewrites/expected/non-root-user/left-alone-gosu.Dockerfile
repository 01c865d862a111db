FROM python:3.12-slim
WORKDIR /app
COPY . .
ENTRYPOINT ["gosu", "nobody", "python"]
CMD ["app.py"]

# left alone: the container starts with gosu, which needs root
