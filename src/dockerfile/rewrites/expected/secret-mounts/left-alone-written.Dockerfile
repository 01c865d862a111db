FROM python:3.12-slim
RUN echo "machine pypi.example.com login ci password s3cretPassw0rd" > /root/.netrc
RUN --mount=type=secret,id=pypi_example_com_password,required=true \
    export PIP_INDEX_URL="https://ci:$(cat /run/secrets/pypi_example_com_password)@pypi.example.com/simple" && \
    git clone https://ci:s3cretPassw0rd@git.example.com/acme/models.git

# applied: the password in `pip`: whoever has the image or its history can read it. Build with `--secret id=pypi_example_com_password,src=FILE` (a file outside of the project with nothing but that value), and change what was published
# left alone: line 3: `echo` keeps the token in a file, so the layer would hold it all the same; mount that file as a secret instead
# left alone: line 4: `git clone` keeps the password in a file, so the layer would hold it all the same; mount that file as a secret instead
