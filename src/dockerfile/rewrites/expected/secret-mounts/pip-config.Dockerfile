FROM python:3.12-slim
RUN --mount=type=secret,id=pypi_example_com_password,required=true \
    export PIP_INDEX_URL="https://ci:$(cat /run/secrets/pypi_example_com_password)@pypi.example.com/simple" && \
    pip install acme
RUN --mount=type=secret,id=pypi_example_com_password,required=true \
    --mount=type=secret,id=pypi_example_com_password_2,required=true \
    export PIP_INDEX_URL="https://ci:$(cat /run/secrets/pypi_example_com_password)@pypi.example.com/simple" PIP_EXTRA_INDEX_URL="https://ci:$(cat /run/secrets/pypi_example_com_password_2)@pypi.example.com/extra" && \
    pip install --upgrade pip
RUN --mount=type=secret,id=pypi_example_com_password,required=true \
    --mount=type=secret,id=pypi_example_com_password_2,required=true \
    --mount=type=secret,id=mirror_example_com_password,required=true \
    export PIP_INDEX_URL="https://ci:$(cat /run/secrets/pypi_example_com_password)@pypi.example.com/simple" PIP_EXTRA_INDEX_URL="https://ci:$(cat /run/secrets/pypi_example_com_password_2)@pypi.example.com/extra" PIP_EXTRA_INDEX_URL="https://ci:$(cat /run/secrets/mirror_example_com_password)@mirror.example.com/simple" && \
    pip install acme-models

# applied: the password in `pip`, the password in `python3`: whoever has the image or its history can read it. Build with `--secret id=pypi_example_com_password,src=FILE` (a file outside of the project with nothing but that value) `--secret id=pypi_example_com_password_2,src=FILE` (a file outside of the project with nothing but that value) `--secret id=mirror_example_com_password,src=FILE` (a file outside of the project with nothing but that value), and change what was published
