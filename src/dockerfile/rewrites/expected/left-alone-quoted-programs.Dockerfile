FROM python:3.12-slim
WORKDIR /app
COPY requirements.txt .
RUN --mount=type=cache,target=/root/.cache/pip,sharing=locked \
    pip install -r requirements.txt
COPY . .
RUN bash -lc "pip install --no-cache-dir extra"
RUN su app -c 'pip install other'
RUN cat more.txt | xargs -n 1 pip install
RUN bash -c "pip install \"torch>=2\""
RUN ["pip", "install", "extra"]
CMD ["python", "app.py"]

# applied slim-base: python:3.12 carries compilers, headers and version control for building; python:3.12-slim is the same Python on the same Debian without them (this stage also installs distributions: one without a wheel would miss the compiler)
# applied cache-mounts: a changed requirement downloads nothing but itself, and no cache ends up in a layer
# left alone by split-stages: line 6: what `bash` installs stays as it is: a login shell sets PATH anew
# left alone by split-stages: line 7: what `su` installs stays as it is: it runs as another user
# left alone by split-stages: line 8: what `xargs` installs stays as it is: xargs adds words that stand in no Dockerfile
# left alone by split-stages: line 9: what `bash` installs stays as it is: the shell around it changes its text first
# left alone by split-stages: line 10: what `pip` installs stays as it is: only a program without escapes in `["bash", "-c", "…"]` is read here
# left alone by cache-mounts: line 6: what `bash` installs stays as it is: a login shell sets PATH anew
# left alone by cache-mounts: line 7: what `su` installs stays as it is: it runs as another user
# left alone by cache-mounts: line 8: what `xargs` installs stays as it is: xargs adds words that stand in no Dockerfile
# left alone by cache-mounts: line 9: what `bash` installs stays as it is: the shell around it changes its text first
# left alone by cache-mounts: line 10: what `pip` installs stays as it is: only a program without escapes in `["bash", "-c", "…"]` is read here
