FROM python:3.12-slim
ARG GIT_TOKEN
RUN <<EOF
pip install git+https://$GIT_TOKEN@github.com/acme/models.git
EOF

# left alone: line 2: GIT_TOKEN: line 3 is not read here (a heredoc, or no shell)
