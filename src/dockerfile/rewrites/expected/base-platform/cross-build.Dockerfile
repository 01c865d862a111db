FROM --platform=$BUILDPLATFORM node:22 AS web
RUN npm run build
FROM python:3.12
COPY --from=web /dist /dist


