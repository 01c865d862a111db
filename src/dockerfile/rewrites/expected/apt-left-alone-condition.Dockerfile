FROM pytorch/pytorch:2.1.0-cuda12.1-cudnn8-runtime
ARG WITH_AUDIO=0
RUN apt-get update
RUN if [ "$WITH_AUDIO" = 1 ]; then apt-get install --no-install-recommends -y ffmpeg; fi
CMD ["python", "app.py"]

# applied no-recommends: apt also installs what packages recommend, unless it is told not to
# left alone by runtime-packages: system package ffmpeg: nothing here tells what it is for, so it stays
# left alone by apt-steps: line 4: its installation does not run in every case, so no update is put in front of it
# left alone by cache-mounts: line 4: apt: it installs from the package lists of an earlier layer, which a mount would hide
