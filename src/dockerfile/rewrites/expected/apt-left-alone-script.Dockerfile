FROM pytorch/pytorch:2.1.0-cuda12.1-cudnn8-runtime
RUN apt-get update
COPY install.sh /tmp/
RUN bash /tmp/install.sh
CMD ["python", "app.py"]

# left alone by apt-steps: line 4: may call apt, and the package lists that it would read stay in their layer
