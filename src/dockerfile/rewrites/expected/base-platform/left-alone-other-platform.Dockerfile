FROM --platform=linux/arm64 python:3.12

# left alone: line 1: without the flag the image would be built for linux/amd64; build with `--platform linux/arm64` to have it taken out
