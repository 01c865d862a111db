ARG GIT_TOKEN
ARG GIT_URL=https://$GIT_TOKEN@github.com
FROM python:3.12-slim
ARG GIT_URL
ARG API_TOKEN
ARG API_KEY=key-$API_TOKEN
RUN pip install git+$GIT_URL/acme/models.git && curl -H "X-Key: $API_KEY" https://example.com

# left alone: line 5: API_TOKEN: line 6 puts it into another argument
# left alone: line 6: API_KEY: it is put together from another argument, API_TOKEN
# left alone: line 1: GIT_TOKEN: line 2 puts it into another argument
