FROM python:3.12-alpine
WORKDIR /app
COPY . .

# left alone: line 1: which users python:3.12-alpine has, and with which one it starts, is not known
