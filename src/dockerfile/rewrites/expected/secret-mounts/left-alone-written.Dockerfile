FROM python:3.12-slim
RUN pip config set global.index-url https://ci:s3cretPassw0rd@pypi.example.com/simple
RUN echo "machine pypi.example.com login ci password s3cretPassw0rd" > /root/.netrc
RUN git clone https://ci:s3cretPassw0rd@git.example.com/acme/models.git

# left alone: line 2: `pip config` keeps the password in a file, so the layer would hold it all the same; mount that file as a secret instead
# left alone: line 3: `echo` keeps the token in a file, so the layer would hold it all the same; mount that file as a secret instead
# left alone: line 4: `git clone` keeps the password in a file, so the layer would hold it all the same; mount that file as a secret instead
