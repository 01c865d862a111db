FROM python:3.12-slim
RUN --mount=type=secret,id=pypi_example_com_password,required=true \
    pip install --index-url https://ci:"$(cat /run/secrets/pypi_example_com_password)"@pypi.example.com/simple acme && \
    pip install --extra-index-url "https://ci:$(cat /run/secrets/pypi_example_com_password)@pypi.example.com/simple" acme-models

# applied: the password in `pip`: whoever has the image or its history can read it. Build with `--secret id=pypi_example_com_password,src=FILE` (a file outside of the project with nothing but that value), and change what was published
