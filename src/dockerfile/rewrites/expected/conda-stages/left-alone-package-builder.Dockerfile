FROM condaforge/mambaforge:latest
RUN mamba install -y -c conda-forge boa conda-verify
ENTRYPOINT ["/entrypoint.sh"]

# left alone: line 2: boa makes packages when it runs, with compilers and programs of the system
