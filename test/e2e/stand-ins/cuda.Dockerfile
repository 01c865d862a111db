# Stands in for nvidia/cuda:12.4.1-devel-ubuntu22.04 and -runtime- where Docker Hub cannot be reached: Debian with the layout, the
# variables and one working function of CUDA's runtime library. No compiler, no GPU, and not the sizes of the real images.
FROM python:3.11-slim AS debian
RUN rm -rf /usr/local/*

FROM python:3.11 AS toolkit
RUN mkdir -p /runtime/lib64 /devel/lib64 /devel/include /devel/bin && \
    echo 'int cudaRuntimeGetVersion(int *version) { *version = 12040; return 0; }' | \
    gcc -shared -fPIC -Wl,-soname,libcudart.so.12 -o /runtime/lib64/libcudart.so.12.4.127 -x c - && \
    ln -s libcudart.so.12.4.127 /runtime/lib64/libcudart.so.12 && \
    ln -s libcudart.so.12 /devel/lib64/libcudart.so && \
    printf '#!/bin/sh\necho "nvcc: stand-in"\n' > /devel/bin/nvcc && chmod +x /devel/bin/nvcc && \
    echo 'int cudaRuntimeGetVersion(int *version);' > /devel/include/cuda_runtime_api.h && \
    head -c 40000000 /dev/urandom > /devel/lib64/libcublas_static.a

FROM scratch AS runtime
COPY --from=debian / /
COPY --from=toolkit /runtime/ /usr/local/cuda-12.4/
RUN ln -s cuda-12.4 /usr/local/cuda && echo /usr/local/cuda/lib64 > /etc/ld.so.conf.d/cuda.conf && ldconfig
ENV PATH=/usr/local/nvidia/bin:/usr/local/cuda/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    LD_LIBRARY_PATH=/usr/local/nvidia/lib:/usr/local/nvidia/lib64 \
    NVIDIA_VISIBLE_DEVICES=all NVIDIA_DRIVER_CAPABILITIES=compute,utility CUDA_VERSION=12.4.1 \
    PIP_BREAK_SYSTEM_PACKAGES=1
LABEL dev.plimsoll.stand-in="nvidia/cuda:12.4.1 made of Debian 12 packages, without a compiler, not the official image"
CMD ["/bin/bash"]

FROM runtime AS devel
COPY --from=toolkit /devel/ /usr/local/cuda-12.4/
