FROM --platform=linux/amd64 python:3.12 AS tools
FROM --platform=linux/arm64 python:3.12
COPY --from=tools /x /x

# left alone: line 1: the stages are built for different platforms (linux/amd64, linux/arm64), which looks deliberate
# left alone: line 2: the stages are built for different platforms (linux/amd64, linux/arm64), which looks deliberate
