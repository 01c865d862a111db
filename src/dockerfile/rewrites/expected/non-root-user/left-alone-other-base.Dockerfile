FROM pytorch/pytorch:2.5.1-cuda12.4-cudnn9-runtime
WORKDIR /app
COPY . .

# left alone: line 1: which users pytorch/pytorch:2.5.1-cuda12.4-cudnn9-runtime has, and with which one it starts, is not known
