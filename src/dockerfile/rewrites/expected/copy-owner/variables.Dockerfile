FROM python:3.12-slim
ARG APP_USER=app
ENV APP_HOME=/app
RUN useradd "$APP_USER"
WORKDIR $APP_HOME
COPY --chown=$APP_USER:$APP_USER . $APP_HOME
RUN chown "$APP_USER":"$APP_USER" $APP_HOME

# applied: line 7 stores every file below /app a second time to change its owner
