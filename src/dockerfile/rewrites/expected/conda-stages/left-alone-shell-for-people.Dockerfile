FROM condaforge/miniforge3
COPY environment.yml .
RUN mamba env create -f environment.yml
ENTRYPOINT ["conda", "run", "--no-capture-output", "-n", "geo"]
CMD ["bash"]

# left alone: line 5: the container starts a shell, in which conda may be called
