FROM python:3.12-slim
RUN useradd app
ADD model.tar.gz /app
RUN chown -R app:app /app

# left alone: line 3: ADD may unpack an archive, whose owners are its own
