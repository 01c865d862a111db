FROM python:3.12-slim
RUN --mount=type=secret,id=GIT_TOKEN,required=true \
    export GIT_TOKEN="$(cat /run/secrets/GIT_TOKEN)" && \
    sh -c 'pip install git+https://$GIT_TOKEN@github.com/acme/models.git'
RUN --mount=type=secret,id=pypi_example_com_password,required=true \
    bash -c 'pip install --index-url https://ci:"$(cat /run/secrets/pypi_example_com_password)"@pypi.example.com/simple acme'

# applied: the build argument GIT_TOKEN, the password in `pip`: whoever has the image or its history can read it. Build with `--secret id=GIT_TOKEN,env=GIT_TOKEN` `--secret id=pypi_example_com_password,src=FILE` (a file outside of the project with nothing but that value), and change what was published
