FROM pytorch/pytorch:2.1.0-cuda12.1-cudnn8-runtime
RUN apt-get update
RUN apt-get install --no-install-recommends -y gnupg
RUN echo "deb http://deb.example.org stable main" > /etc/apt/sources.list.d/example.list
RUN apt-get install --no-install-recommends -y example-runtime
CMD ["python", "app.py"]

# applied no-recommends: apt also installs what packages recommend, unless it is told not to
# left alone by runtime-packages: system package gnupg: nothing here tells what it is for, so it stays
# left alone by runtime-packages: system package example-runtime: nothing here tells what it is for, so it stays
# left alone by apt-steps: line 4: changes where apt looks, so the order of the steps around it stays
# left alone by cache-mounts: line 3: apt: it installs from the package lists of an earlier layer, which a mount would hide
# left alone by cache-mounts: line 5: apt: it installs from the package lists of an earlier layer, which a mount would hide
