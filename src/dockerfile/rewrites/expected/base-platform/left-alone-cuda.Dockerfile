FROM --platform=linux/amd64 nvidia/cuda:12.4.1-runtime-ubuntu22.04

# left alone: line 1: nvidia/cuda:12.4.1-runtime-ubuntu22.04 is for GPUs, and most wheels for CUDA exist for amd64 alone
