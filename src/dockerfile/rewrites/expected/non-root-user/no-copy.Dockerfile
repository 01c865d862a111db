FROM python:3.12-slim
WORKDIR /work
RUN pip install jupyterlab
RUN useradd --create-home --uid 10001 app
RUN mkdir -p /work && chown app:app /work
USER app
CMD ["jupyter", "lab"]

# applied: whoever breaks out of the application is not root; app (10001) has a home and owns /work. What is mounted from outside must be writable for 10001
