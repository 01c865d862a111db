FROM python:3.11-slim
WORKDIR /app
COPY . .
RUN python guess.py
CMD ["python", "app.py"]

# left alone: line 4: `RUN python guess.py` runs after each change of the code: guess.py lists what is in a folder
