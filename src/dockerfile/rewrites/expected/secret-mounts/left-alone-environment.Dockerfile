FROM python:3.12-slim
ENV OPENAI_API_KEY=sk-proj-abc123def456ghi789jkl
ARG DB_PASSWORD
ENV DATABASE_PASSWORD=$DB_PASSWORD
COPY .env .
RUN pip install flask

# left alone: line 3: DB_PASSWORD: DATABASE_PASSWORD keeps it in the image, where the running container may need it; hand it in when the container starts
# left alone: line 2: OPENAI_API_KEY holds a secret that everybody who has the image can read; the running container may need it: hand it in when the container starts
# left alone: line 5: .env: the application reads it when it starts; hand it in then (`--env-file`, `env_file:`), and take the COPY out
