FROM python:3.11-slim
RUN useradd -m app
USER app
COPY requirements.txt .
RUN pip install --user -r requirements.txt
COPY . .
CMD ["python", "app.py"]

# applied slim-base: python:3.11 carries compilers, headers and version control for building; python:3.11-slim is the same Python on the same Debian without them (this stage also installs with pip: a distribution without a wheel would miss the compiler)
# left alone by split-stages: line 5: pip installs to a place of its own (--user, --target, --prefix or --root)
# left alone by split-stages: line 5: pip runs as the user app
# left alone by cache-mounts: line 5: runs as app, whose home is not known
