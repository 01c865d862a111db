FROM python:3.12
CMD ["python"]

# applied: a stage is built for the target platform anyway
