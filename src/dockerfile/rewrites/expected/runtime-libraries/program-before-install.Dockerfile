FROM python:3.8-slim

RUN apt-get update && apt-get install -y --no-install-recommends wget gnupg && rm -rf /var/lib/apt/lists/*

# install google chrome
RUN wget -q -O - https://dl-ssl.google.com/linux/linux_signing_key.pub | apt-key add -
RUN sh -c 'echo "deb [arch=amd64] http://dl.google.com/linux/chrome/deb/ stable main" >> /etc/apt/sources.list.d/google-chrome.list'
RUN apt-get -y update && apt-get install -y google-chrome-stable unzip libgomp1 curl
RUN curl -sSO https://example.com/driver.zip && unzip driver.zip
CMD ["python", "app.py"]

# applied: python:3.8 carries compilers, headers and version control for building; python:3.8-slim is the same Python on the same Debian without them
# applied: libgomp1: lightgbm loads a shared library of it; wget: RUN calls wget; gnupg: RUN calls apt-key; curl: RUN calls curl
