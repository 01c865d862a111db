FROM jupyter/scipy-notebook:latest
USER root
COPY . /home/jovyan/work
RUN chown -R jovyan:users /home/jovyan/work

# left alone: line 4: whether jupyter/scipy-notebook:latest brings files of its own there is not known
# left alone: line 3: whether there is a user jovyan by then is not known
