FROM python:3.12-slim
ARG GIT_TOKEN
RUN pip install numpy

# left alone: line 2: GIT_TOKEN: no RUN uses it; take the ARG out
