import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { fixDockerfile, type LintOptions, lintDockerfile, lintRules } from '../index.ts';

/** A file that breaks a rule with the lines, one that does not, and why not. */
const cases: readonly [
  rule: string,
  fires: string,
  lines: readonly number[],
  silent: string,
  reason: string,
][] = [
  [
    'apt-get-yes',
    'FROM debian:12\nRUN apt-get install git\n',
    [2],
    'FROM debian:12\nRUN apt-get install -qqy git\nRUN apt-get install --assume-yes git\n',
    '-qq and -y in one word answer the question',
  ],
  [
    'apt-recommends',
    'FROM debian:12\nRUN apt-get install -y git\n',
    [2],
    'FROM debian:12\nRUN apt-get install -y --no-install-recommends git\nRUN apt-get -o APT::Install-Recommends=false install -y git\n',
    'the option of apt.conf does the same',
  ],
  [
    'unpinned-apt',
    'FROM debian:12\nRUN apt-get install -y git curl\n',
    [2],
    'FROM debian:12\nRUN apt-get install -y git=1:2.39 curl/bookworm ./a.deb $EXTRA\n',
    'a pin, a release, a file; a variable may hold a pin',
  ],
  [
    'apt-lists-left',
    'FROM debian:12\nRUN apt-get update && apt-get install -y git\n',
    [2],
    'FROM debian:12\nRUN apt-get update && rm -rf /var/lib/apt/lists/*\nRUN --mount=type=cache,target=/var/lib/apt apt-get update\n',
    'removed in the same RUN, or on a mount',
  ],
  [
    'pip-cache',
    'FROM python:3.12\nRUN pip install torch==2.3\n',
    [2],
    'FROM python:3.12\nRUN --mount=type=cache,target=/opt/pip pip install a==1\nENV PIP_NO_CACHE_DIR=off\nRUN pip install a==1\nRUN uv pip install --system a==1\n',
    'a cache mount at any target; any value of the variable but none turns the cache off (pip reads it so); uv has another cache',
  ],
  [
    'unpinned-pip',
    'FROM python:3.12\nRUN pip install "torch>=2"\n',
    [2],
    'FROM python:3.12\nRUN pip install --upgrade pip\nRUN pip install a==1 "b @ https://x/b.whl" -c c.txt\nRUN pip install -r requirements.txt .\nRUN pip install git+https://x/y@v1 $EXTRA\n',
    'pins, constraints, files, a tag of a repository, a variable',
  ],
  [
    'untagged-base',
    'FROM python\n',
    [1],
    'ARG I=python\nFROM scratch\nFROM localhost:5000/a:1 AS b\nFROM b\nFROM $UNKNOWN\n',
    'a stage, scratch, a registry with a port, an unknown variable',
  ],
  [
    'latest-base',
    'FROM python:latest\nFROM tensorflow/tensorflow:latest-gpu\nFROM $REGISTRY/app:3-latest\n',
    [1, 2, 3],
    'FROM python:latest@sha256:aa\nFROM python:3.12\nFROM localhost:5000/latest/a:1\nFROM a:latestish\n',
    'a digest fixes the image whatever the tag says; another name',
  ],
  [
    'consecutive-run',
    'FROM debian:12\nRUN a\nRUN b\n',
    [3],
    'FROM debian:12\nRUN a\nCOPY x /x\nRUN b\nRUN --network=none c\nRUN d && e && f\n',
    'something between them, other flags, a long chain',
  ],
  [
    'wget-progress',
    'FROM debian:12\nRUN wget https://x/y\n',
    [2],
    'FROM debian:12\nRUN wget -qO- https://x/y\nRUN wget -nv https://x/y\nRUN wget --progress=dot:giga https://x/y\n',
    'quiet in any of its spellings',
  ],
  [
    'useradd-large-uid',
    'FROM debian:12\nRUN useradd -u 1234567 app\n',
    [2],
    'FROM debian:12\nRUN useradd -l -u 1234567 app\nRUN useradd -u 1000 app\n',
    'told not to log; a small uid',
  ],
  [
    'copy-whole-root',
    'FROM debian:12\nFROM scratch\nCOPY --from=0 / /\n',
    [3],
    'FROM debian:12\nFROM scratch\nCOPY --from=0 /opt /opt\nCOPY / /\n',
    'a part, or the context',
  ],
  [
    'add-for-files',
    'FROM debian:12\nADD src/ /app\n',
    [2],
    'FROM debian:12\nADD a.tar.gz /a\nADD https://x/y /y\nADD git@github.com:a/b.git /b\n',
    'an archive, a URL, a repository',
  ],
  [
    'relative-copy',
    'FROM debian:12\nCOPY a .\n',
    [2],
    'FROM debian:12\nWORKDIR app\nCOPY a .\nFROM debian:12\nCOPY a /a\nCOPY a $DIR\n',
    'a WORKDIR, relative or not; an absolute path; a variable',
  ],
  [
    'chained-cd',
    'FROM debian:12\nRUN cd /src && make\n',
    [2],
    'FROM debian:12\nRUN git clone x /src && cd /src && make\nRUN (cd /a && b)\n',
    'in the middle of a chain, or within a subshell',
  ],
  [
    'root-user',
    'FROM debian:12\nUSER root\n',
    [2],
    'FROM debian:12\nUSER root\nRUN x\nUSER app\n',
    'a later USER takes it back',
  ],
  [
    'sudo',
    'FROM debian:12\nRUN sudo make\n',
    [2],
    'FROM debian:12\nRUN apt-get install -y sudo\n',
    'installing it is another matter',
  ],
  [
    'untrusted-registry',
    'FROM evil.example/a:1\n',
    [1],
    'FROM ok.example/a:1\nFROM scratch\n',
    'the named registry',
  ],
  [
    'shell-form-command',
    'FROM debian:12\nCMD python app.py\n',
    [2],
    'FROM debian:12\nSHELL ["/bin/bash", "-c"]\nENTRYPOINT ["a"]\nCMD exec b\n',
    'JSON; a shell that was chosen',
  ],
  [
    'one-healthcheck',
    'FROM debian:12\nHEALTHCHECK CMD a\nHEALTHCHECK CMD b\n',
    [2],
    'FROM debian:12\nHEALTHCHECK CMD a\nFROM debian:12\nHEALTHCHECK CMD b\n',
    'one in each stage',
  ],
  [
    'one-cmd',
    'FROM debian:12\nCMD ["a"]\nCMD ["b"]\n',
    [2],
    'FROM debian:12\nCMD ["a"]\nFROM debian:12\nCMD ["b"]\n',
    'one in each stage',
  ],
  [
    'one-entrypoint',
    'FROM debian:12\nENTRYPOINT ["a"]\nENTRYPOINT ["b"]\n',
    [2],
    'FROM debian:12\nENTRYPOINT ["a"]\nFROM debian:12\nENTRYPOINT ["b"]\n',
    'one in each stage',
  ],
  [
    'relinked-shell',
    'FROM debian:12\nRUN ln -sf /bin/bash /bin/sh\n',
    [2],
    'FROM debian:12\nRUN ln -s /bin/bash /usr/local/bin/sh\n',
    'another path',
  ],
  [
    'relative-workdir',
    'FROM debian:12\nWORKDIR app\n',
    [2],
    'FROM debian:12\nWORKDIR /a\nWORKDIR b\nWORKDIR $C\n',
    'on top of an absolute one; a variable',
  ],
  [
    'unknown-copy-stage',
    'FROM debian:12\nCOPY --from=nobody /a /a\n',
    [2],
    'FROM debian:12 AS A\nFROM a\nCOPY --from=a /a /a\nCOPY --from=0 /a /b\nCOPY --from=ghcr.io/astral-sh/uv:0.5 /uv /bin/\n',
    'names in any case, numbers, images',
  ],
  [
    'copy-from-itself',
    'FROM debian:12 AS a\nCOPY --from=a /x /y\n',
    [2],
    'FROM debian:12 AS a\nFROM debian:12\nCOPY --from=a /x /y\n',
    'another stage',
  ],
  [
    'duplicate-stage',
    'FROM debian:12 AS a\nFROM debian:12 AS A\n',
    [2],
    'FROM debian:12 AS a\nFROM debian:12 AS b\n',
    'two names',
  ],
  [
    'constant-platform',
    'FROM --platform=linux/amd64 debian:12\n',
    [1],
    'FROM --platform=$BUILDPLATFORM debian:12 AS a\nFROM --platform=linux/arm64 debian:12 AS build_arm64\n',
    'a variable; a stage named after its architecture',
  ],
  [
    'redundant-platform',
    'FROM --platform=$TARGETPLATFORM debian:12\n',
    [1],
    'FROM --platform=$BUILDPLATFORM debian:12\n',
    'the platform of the builder',
  ],
  [
    'env-self-reference',
    'FROM debian:12\nENV A=/a B=$A/b\n',
    [2],
    'FROM debian:12\nENV A=/a\nENV A=/c B=$A/b PATH=$PATH:/x\n',
    'set before, or refers to itself',
  ],
  [
    'secret-in-env',
    'FROM debian:12\nARG HF_TOKEN\nENV AWS_SECRET_ACCESS_KEY=x\n',
    [2, 3],
    'FROM debian:12\nENV TOKENIZERS_PARALLELISM=false MAX_TOKENS=5 PUBLIC_KEY=a TOKEN_LIMIT=1 MONKEY=1\nENV API_KEY_FILE=/run/secrets/k\n',
    'tokens of text, numbers of them, public keys, paths to files',
  ],
  ['legacy-env', 'FROM debian:12\nENV A b\n', [2], 'FROM debian:12\nENV A=b\n', 'the form of today'],
  ['stage-name-casing', 'FROM debian:12 AS Build\n', [1], 'FROM debian:12 AS build\n', 'lower case'],
  [
    'from-as-casing',
    'FROM debian:12 as a\n',
    [1],
    'FROM debian:12 AS a\nfrom debian:12 as b\n',
    'both alike',
  ],
  [
    'empty-continuation',
    'FROM debian:12\nRUN a && \\\n\n b\n',
    [3],
    'FROM debian:12\nRUN a && \\\n # why\n b\nRUN <<EOF\na\n\nb\nEOF\n',
    'a comment; a heredoc',
  ],
  [
    'docker-clean-with-mount',
    'FROM debian:12\nRUN --mount=type=cache,target=/var/cache/apt apt-get install -y a\n',
    [2],
    'FROM debian:12\nRUN rm -f /etc/apt/apt.conf.d/docker-clean\nRUN --mount=type=cache,target=/var/cache/apt apt-get install -y a\n',
    'taken away first',
  ],
  [
    'recursive-chown',
    'FROM debian:12\nCOPY . /app\nRUN chown -R app /app\n',
    [3],
    'FROM debian:12\nRUN mkdir /data && chown -R app /data\nCOPY . /app\n',
    'made in the same RUN',
  ],
  [
    'env-file-copied',
    'FROM debian:12\nCOPY .env /app/\n',
    [2],
    'FROM debian:12\nCOPY .env.example /app/\nCOPY --from=a .env /\n',
    'an example',
  ],
  [
    'source-before-install',
    'FROM debian:12\nWORKDIR /a\nCOPY . .\nRUN pip install -r requirements.txt\n',
    [3],
    'FROM debian:12\nWORKDIR /a\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\nCOPY . .\nRUN pip install .\n',
    'in the right order',
  ],
  [
    'cuda-base-with-cuda-wheels',
    'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nRUN pip install torch==2.5.1\n',
    [1],
    'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nRUN pip install torch==2.5.1 flash-attn==2\n',
    'flash-attn is compiled with nvcc',
  ],
  [
    'cache-mount-not-home',
    'FROM python:3.12\nUSER app\nRUN --mount=type=cache,target=/root/.cache/pip pip install a==1\nENV HOME=/home/app\nRUN --mount=type=cache,target=/root/.cache/uv uv sync --no-dev\nENV UV_CACHE_DIR=/c\nRUN --mount=type=cache,target=/root/.cache/uv uv pip install a==1\n',
    [3, 5, 7],
    'FROM python:3.12\nRUN --mount=type=cache,target=/root/.cache/pip pip install a==1\nRUN --mount=type=cache,target=/root/.cache uv sync --no-dev\nENV UV_CACHE_DIR=$X\nRUN --mount=type=cache,target=/root/.cache/uv uv sync --no-dev\nENV HOME=/root\nUSER app\nRUN --mount=type=cache,target=/root/.cache/pip,uid=1 pip install a==1\n',
    'root, the folder above, an unknown place, the HOME of the file',
  ],
  [
    'undefined-arg-in-from',
    'FROM debian:${SUITE}x\n',
    [1],
    'ARG SUITE\nFROM --platform=$BUILDPLATFORM debian:$SUITE\nFROM debian:${RELEASE:-12}\n',
    'declared, of the platform, or with a default in place',
  ],
  [
    'invalid-default-arg-in-from',
    'ARG TAG\nFROM debian:$TAG\n',
    [2],
    'ARG TAG=12\nARG SUFFIX\nFROM debian:$TAG\nFROM debian:12$SUFFIX\nFROM localhost:5000/a/b_c:$TAG\n',
    'a default; an empty suffix leaves a name; a port',
  ],
  [
    'undefined-var',
    'ARG APP=/app\nFROM debian:12\nCOPY a $APP\nENV X=$TARGETARCH\n',
    [3, 4],
    "ARG APP=/app\nFROM debian:12\nARG APP TARGETARCH UNSET\nCOPY a $APP\nENV X=$TARGETARCH$UNSET Y=$SET_BY_BASE PATH=/x:$PATH\nENV Z=${APP2:-1} LIT='$APP2'\nRUN echo $OTHER\n",
    'repeated, declared without a value, maybe set by the base, with a default, quoted; RUN has its own shell',
  ],
  [
    'dev-dependencies',
    'FROM python:3.12 AS build\nRUN uv sync --frozen\nFROM python:3.12\nRUN pip install a==1 pytest==8 \nRUN pip install -r requirements-dev.txt\nCOPY --from=build /app /app\n',
    [2, 4, 5],
    'FROM python:3.12 AS test\nRUN pip install pytest==8\nFROM python:3.12\nRUN pip install jupyterlab==4 blackbox==1 pytestify==1 -r requirements/latest.txt\nRUN uv sync --no-dev\nRUN poetry install --only main\nCMD ["jupyterlab"]\n',
    'a stage that is not shipped; what the container starts; names that only look alike',
  ],
  [
    'cache-mount-over-data',
    'FROM python:3.12\nRUN --mount=type=cache,target=/root/.cache python -c "T.from_pretrained(1)"\nENV VIRTUAL_ENV=/opt/venv\nRUN --mount=type=cache,target=/opt/venv pip install a==1\n',
    [2, 4],
    'FROM python:3.12\nRUN --mount=type=cache,target=/root/.cache/pip python -c "T.from_pretrained(1)"\nENV HF_HOME=/models\nRUN --mount=type=cache,target=/root/.cache python -c "T.from_pretrained(1)"\nRUN --mount=type=cache,target=/models hf download x && cp -r /models /opt/models\n',
    'another cache, models elsewhere, or taken out of the mount',
  ],
  [
    'pipefail',
    'FROM debian:12\nRUN curl x | tar x\n',
    [2],
    'FROM debian:12\nRUN a || b\nRUN set -o pipefail && a | b\nRUN echo "a | b"\nSHELL ["/bin/bash", "-eo", "pipefail", "-c"]\nRUN a | b\n',
    'no pipe, or pipefail in the RUN or the SHELL',
  ],
  [
    'apt-not-apt-get',
    'FROM debian:12\nRUN apt install -y git\n',
    [2],
    'FROM debian:12\nRUN apt-get install -y apt\nRUN apt-cache policy\n',
    'apt-get, or apt as a package',
  ],
  [
    'maintainer',
    'FROM debian:12\nMAINTAINER a@b\n',
    [2],
    'FROM debian:12\nLABEL maintainer=a@b\n',
    'a label',
  ],
  [
    'copy-many',
    'FROM debian:12\nCOPY a b /app\n',
    [2],
    'FROM debian:12\nCOPY a b /app/\nCOPY a b .\nCOPY a b $DIR\nCOPY ["a", "b", "/x/"]\nCOPY a /app\n',
    'a slash, the work directory, a variable, one source',
  ],
  ['reserved-stage-name', 'FROM debian:12 AS scratch\n', [1], 'FROM scratch AS base\n', 'scratch as a base'],
  [
    'instruction-casing',
    'FROM debian:12\nrun a\nCMD ["a"]\n',
    [2],
    'from debian:12\nrun a\ncmd ["a"]\n',
    'all in lower case',
  ],
  [
    'conda-cache',
    'FROM condaforge/miniforge3:24\nRUN conda install -y pytorch\n',
    [2],
    'FROM condaforge/miniforge3:24\nRUN conda install -y a && conda clean -afy\nRUN --mount=type=cache,target=/opt/conda/pkgs mamba env create -f e.yml\nRUN conda init\n',
    'cleaned, on a mount, or nothing installed',
  ],
  [
    'copied-archive',
    'FROM debian:12\nCOPY m.tar.gz /tmp/\nRUN tar xzf /tmp/m.tar.gz\n',
    [2],
    'FROM debian:12\nCOPY m.tar.gz /tmp/\nCOPY --from=a n.tgz /tmp/\nRUN tar czf /tmp/m.tar.gz /x && tar xf /tmp/n.tgz\n',
    'packed, not unpacked; from another stage',
  ],
  [
    'copy-ignored-file',
    'FROM debian:12\nCOPY data /data\n',
    [2],
    'FROM debian:12\n\nCOPY data /data\n',
    'the project speaks of another line',
  ],
  [
    'missing-library',
    'FROM python:3.12-slim\nRUN pip install opencv-python==4\nRUN pip install -r requirements.txt\n',
    [2, 3],
    'FROM python:3.12-slim\nRUN apt-get install -y libgl1-mesa-glx gcc\nRUN pip install opencv-python==4 -r requirements.txt\n',
    'a package of the same library, and a compiler, which brings libgomp',
  ],
  [
    'missing-program',
    'FROM python:3.12-slim\nRUN pip install flask\nCMD exec uvicorn a:b\n',
    [3],
    'FROM python:3.12-slim\nRUN apt-get install -y uvicorn\nCMD ["uvicorn", "a:b"]\n',
    'a package of the system may have it',
  ],
  [
    'missing-healthcheck',
    'FROM debian:12 AS a\nHEALTHCHECK CMD x\nFROM debian:12\n',
    [3],
    'FROM debian:12 AS a\nHEALTHCHECK NONE\nFROM a\n',
    'inherited; turned off in so many words',
  ],
  ['missing-user', 'FROM debian:12\n', [1], 'FROM debian:12 AS a\nUSER 1\nFROM a\n', 'inherited'],
  [
    'named-user',
    'FROM debian:12\nUSER app:app\n',
    [2],
    'FROM debian:12\nUSER app\nRUN x\nUSER 1000:app\nFROM debian:12\nUSER $U\n',
    'a number in the end; a variable',
  ],
  [
    'definition-description',
    '# the program\nARG VERSION=1\n# base of all\nFROM debian:12 AS build\n',
    [2, 4],
    '# VERSION of the program\nARG VERSION=1\n# all begins here\n\nFROM debian:12 AS build\n# b is one of them\nARG a=1 b=2\n# no comment\n#\nARG c\n# unnamed\nFROM build\n',
    'descriptions, an empty line, an empty comment, a stage without a name',
  ],
  [
    'expose-format',
    'FROM debian:12\nEXPOSE 80 127.0.0.1:81:82\n',
    [2],
    'FROM debian:12\nEXPOSE 80/tcp ${PORT:-81} 8000-8010\n',
    'ports, a default, a range',
  ],
  [
    'expose-protocol-casing',
    'FROM debian:12\nEXPOSE 80/TcP\n',
    [2],
    'FROM debian:12\nEXPOSE 80/udp $PORT/tcp\n',
    'lower case',
  ],
  [
    'requirement-redirect',
    'FROM python:3.12\nRUN pip install torch onnx>=1.15 \\\n  flask<3\nRUN conda install -y \\\n  scipy>=1.11 numpy\n',
    [2, 3, 5],
    'FROM python:3.12\nRUN conda install -y "scipy>=1.11" python=3.11.* > log.txt\nRUN conda list >1.txt\nRUN pip install "onnx>=1.15" flask > log.txt 2>&1\nRUN python x.py >1.txt\n',
    'quoted; redirects that are meant; another program',
  ],
  [
    'missing-label',
    'FROM debian:12 AS a\nLABEL version=1.0.0\nFROM debian:12\n',
    [3],
    'FROM debian:12 AS a\nLABEL "version"=1.0.0\nFROM a\n',
    'inherited, with quotes',
  ],
  [
    'unexpected-label',
    'FROM debian:12\nLABEL version=1.0.0 other=x\n',
    [2],
    'FROM debian:12\nLABEL version=1.0.0\n',
    'one that is asked for',
  ],
  [
    'label-value',
    'FROM debian:12\nLABEL version=1.0\nLABEL version=""\n',
    [2, 3],
    'FROM debian:12\nARG V=1.2.3\nLABEL version="$V" other=x\n',
    'a variable with a good value; another label',
  ],
  [
    'unknown-ignore',
    '# plimsoll ignore=pip-cash, DL3008 # why\nFROM debian:12\n# plimsoll global ignore=nothing\n',
    [1, 3],
    '# plimsoll ignore = pip-cache, StageNameCasing because\nFROM debian:12\n# hadolint ignore=SC2086\nRUN a\n',
    'names of all three; what only hadolint knows',
  ],
  [
    'label-key',
    'FROM debian:12\nLABEL Version=1\nLABEL a_b=1 \\\n  1a=1 a-=1\nLABEL a..b=1\nLABEL com.docker.x=1\n',
    [2, 3, 4, 4, 5, 6],
    'FROM debian:12\nARG K=A_B\nLABEL org.opencontainers.image.source="x" "a-b"=1 v1=X $K=1\n',
    'as it should be, with quotes; a variable',
  ],
  [
    'base-image-platform',
    'FROM --platform=linux/amd64 arm64v8/python:3.12\nFROM --platform=linux/arm64/v8 a/b:1-amd64\nFROM --platform=linux/amd64 mcr.microsoft.com/windows/servercore:ltsc2022\nFROM arm64v8/debian:12\nFROM docker.io/amd64/debian:12\n',
    [1, 2, 3, 5],
    'FROM --platform=linux/aarch64 arm64v8/python:3.12 AS linux\nFROM --platform=$BUILDPLATFORM amd64/golang:1 AS b\nFROM --platform=linux/arm/v7 arm32v7/python:3 AS c\nFROM --platform=windows/amd64 a/nanoserver:1 AS d\nFROM --platform=linux nvcr.io/nvidia/l4t-pytorch:r35.2.1-pth2.0-py3 AS e\nFROM --platform=linux/amd64 python:3.12 AS f\nFROM arm64v8/debian:12 AS g\nFROM quay.io/a/b:1-aarch64@sha256:0123456789012345678901234567890123456789012345678901234567890123 AS h\nFROM g\n',
    'the same under another name; a variable; a variant; the system alone; a name that does not tell; two of one architecture; a stage',
  ],
  [
    'expose-port',
    'FROM debian:12\nEXPOSE 80000\nEXPOSE 80 9000-8000 80/http web\n',
    [2, 3, 3, 3],
    'FROM debian:12\nEXPOSE 0 65535 "8080" 8000-8010/TCP 53/udp 9/sctp $PORT 127.0.0.1:80:80\n',
    'the ends, quotes, a range, protocols, a variable; an address is another rule’s',
  ],
  [
    'rpm-cache',
    'FROM fedora:40\nRUN yum -y install git\nRUN dnf install -y git && dnf -y upgrade\nRUN microdnf install git; echo a\nRUN zypper --non-interactive in git\n',
    [2, 3, 4, 5],
    'FROM fedora:40\nRUN yum -y install git && yum clean all\nRUN dnf install -y git && rm -rf /var/cache/yum\nRUN --mount=type=cache,target=/var/cache/dnf dnf install -y git\nRUN --mount=type=cache,target=/var/cache/libdnf5 dnf5 install -y git\nRUN zypper in -y git && zypper cc -a\nRUN dnf config-manager --add-repo x\n',
    'cleaned by itself or by hand, on a mount, nothing installed',
  ],
  [
    'apk-cache',
    'FROM alpine:3.20\nRUN apk add git && apk --update add curl\nRUN apk update && apk add --no-cache git\nRUN apk update\n',
    [2, 2, 3, 4],
    'FROM alpine:3.20\nRUN apk update --no-cache\nRUN apk update && apk add git && rm -rf /var/cache/apk/*\nRUN apk add --no-cache git\nRUN apk --no-cache add git\nRUN apk add git && rm -rf /var/cache/apk/*\nRUN --mount=type=cache,target=/var/cache/apk apk add git\nRUN apk del git\n',
    'without a cache, removed, on a mount, nothing installed',
  ],
  [
    'healthcheck-program',
    'FROM python:3.12-slim AS a\nFROM a\nRUN pip install flask==3\nHEALTHCHECK --interval=5s CMD curl -f http://localhost/ || exit 1\n',
    [4],
    'FROM python:3.12-slim\nRUN apt-get install -y curl\nHEALTHCHECK CMD curl -f http://localhost/\n',
    'installed',
  ],
  [
    'broken-list',
    `FROM a:1\nCMD ['python', 'app.py']\nENTRYPOINT ["a", "b",]\nRUN ["a"] # why\nHEALTHCHECK CMD [“a”, “b”]\nVOLUME [ $DATA ]\nCOPY ['a', '/b']\nCMD [python, app.py]\n`,
    [2, 3, 4, 5, 6, 7, 8],
    `FROM a:1\nRUN [ "$A" = 'b' ]\nRUN [ -n "$A" ] && [ -d b ]\nCMD [ "a", \\\n  "b" ]\nENTRYPOINT [[ $A == 'b' ]] && a\nCOPY [a-z]*.py b[0] /c/\nVOLUME /a[1]\nHEALTHCHECK NONE\nCMD []\n`,
    'lists, tests of a shell, patterns',
  ],
  [
    'swallowed-instruction',
    'FROM a:1\nRUN apt-get install -y \\\n    git \\\n\nCOPY a b\nRUN b && \\\n  # why\n  EXPOSE 80\n',
    [5, 8],
    'FROM a:1\nRUN echo "a \\\nCOPY b" COPY \\\n    FROM=b copy \\\n    "COPY c"\nRUN <<E\nCOPY a\nE\nENV A=b \\\n    COPY=c\n',
    'in quotes, within a line, of another case, in a heredoc, no RUN',
  ],
  [
    'one-word-command',
    'FROM python:3.12 AS a\nCMD ["python manage.py migrate"]\nFROM base:1\nENTRYPOINT ["/usr/bin/python3 /app/main.py", "-v"]\nFROM a\nRUN ["pip install flask"]\nCMD ["python", "x.py", "--device gpu"]\n',
    [2, 4, 6, 7],
    'FROM python:3.12 AS a\nENTRYPOINT ["sh", "-c"]\nCMD ["python app.py"]\nFROM a\nCMD ["echo a"]\nFROM base:1\nCMD ["python app.py"]\nENTRYPOINT ["/opt/my app/run"]\nRUN ["C:\\\\Program Files\\\\a"]\nFROM python:3.12\nCMD ["python", "a b.py", "--name=a b", "--", "- b", "-v b"]\nRUN ["sh", "-c", "--x y"]\n',
    'arguments of an entry point, perhaps one of an unknown base, a path with a space, a later word, what a shell splits',
  ],
  [
    'late-directive',
    '# A comment\n# syntax=docker/dockerfile:1\nFROM a:1\n# check=skip=all\nRUN b\n# escape=`\n',
    [2, 4, 6],
    '# syntax=docker/dockerfile:1\n# check=skip=all\n# see syntax=docker/dockerfile:1\n# syntax = what follows\n# check=the result\nFROM a:1\nRUN b \\\n  # escape=`\n  c\nRUN <<E\n# syntax=docker/dockerfile:1\nE\n',
    'at the top, words of a sentence, within a command or a heredoc',
  ],
  [
    'lost-state',
    'FROM a:1\nRUN export A=b\nRUN source /opt/venv/bin/activate\nRUN conda activate x\nRUN set -a && . .env\nRUN A=b\nRUN export $(grep -v "^#" .env | xargs)\nRUN . ~/.nvm/nvm.sh && nvm use 20\n',
    [2, 3, 4, 5, 6, 7, 8],
    'FROM a:1\nRUN export A=b && pip install c==1\nRUN . ./install.sh\nRUN export -p > /env\nRUN A=b make\nRUN source activate x && python -m d\nRUN export A=$(b)\nRUN <<E\nset -e\nE\nCMD ["sh", "-c", "export A=b"]\n',
    'something is done with it, a script of unknown work, a file is written, a program runs for it',
  ],
  [
    'late-cleanup',
    'FROM debian:12\nRUN apt-get update && apt-get install -y gcc=1\nCOPY a.whl /b/\nRUN apt-get clean && rm -rf /var/lib/apt/lists/*\nRUN apt-get purge -y gcc && apt-get autoremove -y\nRUN rm -rf /b/a.whl ~/.cache\nRUN conda clean -afy\n',
    [4, 5, 6, 7],
    'FROM debian:12 AS b\nRUN rm -rf /tmp/*\nRUN apt-get install -y gcc=1 && apt-get purge -y gcc\nRUN rm /etc/nginx/conf.d/default.conf\nRUN rm -rf /tmp/* && make\nRUN --mount=type=cache,target=/tmp rm -rf /tmp/*\nRUN apt-get remove -y python3-blinker\nCOPY r.txt /r/r.txt\nRUN rm /r/r.txt\nRUN true\nRUN set -x\nFROM debian:12 AS c\nRUN make\nRUN rm -rf /tmp/*\nFROM b\nCOPY --from=c /x /x\n',
    'of the base, in the RUN that made it, a file that is in the way or small, other work too, on a mount, nothing at all, a stage that is only copied from',
  ],
  [
    'distroless-start',
    'FROM gcr.io/distroless/python3-debian12:nonroot AS a\nCMD ["python", "app.py"]\nFROM gcr.io/distroless/cc-debian12\nENTRYPOINT /app --all\nFROM gcr.io/distroless/java21-debian12\nCMD ["java", "-jar", "a.jar"]\nFROM a\nHEALTHCHECK CMD python x.py\nFROM cgr.dev/chainguard/python:latest\nCMD python app.py\n',
    [2, 4, 6, 8, 10],
    'FROM gcr.io/distroless/python3-debian12\nCMD ["app.py"]\nFROM gcr.io/distroless/python3-debian12\nENTRYPOINT ["python3"]\nCMD ["python", "app.py"]\nFROM gcr.io/distroless/base-debian12:debug\nCMD a\nFROM gcr.io/distroless/base-debian12\nCOPY --from=busybox /bin/sh /bin/sh\nCMD a\nFROM gcr.io/distroless/base-debian12\nCOPY --from=b / /\nCMD a\nFROM cgr.dev/chainguard/python:latest-dev\nENTRYPOINT a\nFROM debian:12\nCMD a\n',
    'a script for the entry point, another entry point, a tag with a shell, a shell that is copied, another base',
  ],
  [
    'other-python',
    'FROM python:3.11-slim AS b\nRUN python -m venv /opt/venv\nFROM gcr.io/distroless/python3-debian11\nCOPY --from=b /usr/local/lib/python3.11/site-packages /usr/local/lib/python3.11/site-packages\nFROM python:3.12-slim\nCOPY --from=b /opt/venv /opt/venv\nFROM python:3.11 AS c\nRUN pip install --prefix=/install -r r.txt && pip install --user d\nFROM python:3.12-slim\nCOPY --from=c /install /usr/local\nCOPY --from=c /root/.local /home/e/.local\n',
    [4, 6, 10, 11],
    'FROM python:3.11-slim AS b\nRUN python -m venv /opt/venv\nRUN uv venv --python 3.12 /opt/uv\nFROM gcr.io/distroless/python3-debian12\nCOPY --from=b /usr/local/lib/python3.11/site-packages /usr/local/lib/python3.11/site-packages\nFROM python:3.12-slim\nCOPY --from=b /opt/uv /opt/uv\nCOPY --from=b /srv/venv /srv/venv\nFROM debian:12\nCOPY --from=b /usr/local/lib/python3.11 /usr/local/lib/python3.11\nFROM python:3-slim\nCOPY --from=b /opt/venv /opt/venv\nFROM python:3.12-slim\nCOPY --from=b /usr/local/lib/python3.11/site-packages/a /app/a\nFROM python:3.12-slim\nENV PYTHONPATH=/usr/local/lib/python3.11/site-packages\nCOPY --from=b /usr/local/lib/python3.11/site-packages /usr/local/lib/python3.11/site-packages\nFROM python:3.11-slim AS c\nRUN pip install --target /t a\nFROM python:3.12-slim\nCOPY --from=c /t /t\nCOPY --from=c /root/.local /root/.local\n',
    'the same version, an environment of another Python or of unknown make, a whole Python, a base of unknown version, elsewhere, on the path, a folder without a version, one that nothing fills',
  ],
  [
    'unreached-cmd',
    'FROM a:1 AS b\nENTRYPOINT python app.py\nCMD ["--port", "80"]\nFROM a:1\nENTRYPOINT ["python3", "app.py"]\nCMD -p 80\nFROM b\nCMD ["--port", "81"]\nFROM a:1\nENTRYPOINT exec java ${OPTS} -jar a.jar\nCMD ["--b"]\n',
    [3, 6, 8, 11],
    'FROM a:1 AS b\nCMD ["python", "a.py"]\nFROM b\nENTRYPOINT python app.py\nFROM a:1\nENTRYPOINT exec app "$0" "$@"\nCMD ["a"]\nFROM a:1\nENTRYPOINT ["/entrypoint.sh"]\nCMD python app.py\nFROM a:1\nENTRYPOINT ["poetry", "run"]\nCMD python app.py\nFROM a:1\nENTRYPOINT a\nCMD []\nFROM a:1\nENTRYPOINT ["python", "a.py"]\nCMD ["--b"]\n',
    'a CMD that goes with the ENTRYPOINT of a later stage, arguments that are used, scripts and programs that start another, no arguments, a list',
  ],
  [
    'idle-cache-mount',
    'FROM debian:12\nRUN --mount=type=cache,target=/root/.cache/pip pip install --no-cache-dir a==1\nRUN --mount=type=cache,target=/root/.cache/uv uv sync --no-cache\nRUN --mount=type=cache,target=/var/cache/apt --mount=type=cache,target=/var/lib/apt apt-get update && apt-get clean && rm -rf /var/lib/apt/lists/*\nENV PIP_NO_CACHE_DIR=1\nRUN --mount=type=cache,target=/root/.cache/pip pip install b==1\n',
    [2, 3, 4, 4, 6],
    'FROM debian:12\nRUN --mount=type=cache,target=/root/.cache/pip pip install a==1 && pip install --no-cache-dir b==1\nRUN --mount=type=cache,target=/root/.cache/uv pip install --no-cache-dir uv && uv sync\nRUN --mount=type=cache,target=/var/cache/apt apt-get update && rm -rf /var/lib/apt/lists/*\nRUN pip install --no-cache-dir a==1 && rm -rf ~/.cache/pip\n',
    'one of two fills it, another tool does, what is removed is on no mount, no mount',
  ],
  [
    'secret-in-command',
    'FROM a:1\nRUN pip install --index-url https://bot:hunter22@pypi.example.com/simple b\nRUN git clone https://ghp_0123456789abcdef0123@github.com/a/b\nRUN <<E\ncurl -H "Authorization: Bearer abcdef123456" https://a.example\nE\n',
    [2, 3, 5],
    'FROM a:1\nRUN --mount=type=secret,id=t pip install --index-url https://bot:$(cat /run/secrets/t)@pypi.example.com/simple b\nRUN git clone https://$TOKEN@github.com/a/b\nENV DATABASE_URL=postgres://postgres:postgres@db/app\nRUN git clone git@github.com:a/b\nRUN echo "root:Docker!" | chpasswd\nENV GITHUB_TOKEN=ghp_0123456789abcdef0123\n',
    'a secret mount, a variable, a data base of the build, a user of ssh, a password of the image itself, what secret-in-env tells',
  ],
  [
    'tool-cache',
    'FROM python:3.12\nRUN poetry install --only main\nRUN pdm sync --prod\n',
    [2, 3],
    'FROM python:3.12 AS b\nRUN poetry install\nFROM python:3.12\nRUN --mount=type=cache,target=/root/.cache/pypoetry/cache poetry install\nRUN poetry install --no-cache\nRUN poetry install && rm -rf $POETRY_CACHE_DIR\nRUN poetry install && poetry cache clear pypi --all -n\nRUN uv sync\nCOPY --from=b /a /a\n',
    'a stage that is only copied from, a mount, no cache, removed in the same RUN, a tool that links what it keeps',
  ],
];

/** What a rule needs beside the text: a project, labels, to be asked for. */
function optionsFor(rule: string): LintOptions {
  const isOptIn = lintRules.some(({ id, isOptIn: optIn }) => id === rule && optIn === true);
  return {
    trustedRegistries: rule === 'untrusted-registry' ? ['ok.example'] : [],
    labels: {
      required: new Map(/label/.test(rule) ? [['version', 'semver'] as const] : []),
      isStrict: true,
    },
    severities: new Map(isOptIn ? [[rule, 'info'] as const] : []),
    project: {
      ignoredSources: [
        { line: 2, written: 'data', ignoreFile: '.dockerignore', ignoreLine: 3, pattern: 'data' },
      ],
      requirementFiles: new Map([['requirements.txt', ['flask', 'lightgbm']]]),
      libraryPackages: new Map([
        ['opencv-python', ['libgl1', 'libglib2.0-0t64']],
        ['lightgbm', ['libgomp1']],
      ]),
      missingPrograms: new Map([['uvicorn', 'uvicorn']]),
      hasDevelopmentGroups: new Map([['pdm', false]]),
      contextNames: new Set(['assets', 'base']),
    },
  };
}

function linesOf(rule: string, text: string): readonly number[] {
  return lintDockerfile(text, optionsFor(rule)).flatMap((one) => (one.rule === rule ? [one.line] : []));
}

test('every rule has a case and a page', () => {
  expect(cases.map(([rule]) => rule)).toEqual(lintRules.map(({ id }) => id));
  const page = (id: string): URL => new URL(`../../../docs/rules/${id}.md`, import.meta.url);
  expect(lintRules.filter(({ id }) => !existsSync(page(id)))).toEqual([]);
});

test.each<readonly [text: string, message: string, reason: string]>([
  [
    'RUN apt-get update\nRUN apt-get install -y git\n',
    'the package lists stay in this layer, and a cached one is old when packages change: update in the RUN that installs, and end it with rm -rf /var/lib/apt/lists/*',
    'removed in the RUN of the update, the install would fail',
  ],
  [
    'RUN apt-get update && apt-get install -y curl\nRUN apt-get install -y git\n',
    'the package lists stay in this layer: end the RUN with rm -rf /var/lib/apt/lists/*',
    'the first RUN installs by itself',
  ],
  ['RUN apt-get update\n', 'nothing is installed from these package lists', 'nothing follows'],
  [
    'RUN apt-get update\nRUN rosdep install --from-paths src -y\n',
    'the package lists stay in this layer: end the RUN with rm -rf /var/lib/apt/lists/*',
    'a program that installs with apt itself',
  ],
])('apt-lists-left of %j', (text, message, reason) => {
  const found = lintDockerfile(`FROM debian:12\n${text}`).find(({ rule }) => rule === 'apt-lists-left');
  expect([reason, found?.message]).toEqual([reason, message]);
});

test.each(cases)('%s', (rule, fires, lines, silent, reason) => {
  expect(linesOf(rule, fires)).toEqual(lines);
  expect([reason, linesOf(rule, silent)]).toEqual([reason, []]);
});

test.each(cases)('the correction of %s ends the finding', (rule, fires) => {
  const findings = lintDockerfile(fires, optionsFor(rule)).filter((one) => one.rule === rule);
  const left = linesOf(rule, fixDockerfile(fires, optionsFor(rule)));
  expect(left.length).toBe(findings.filter(({ edits }) => edits.length === 0).length);
});

describe('an ignore', () => {
  const body = 'FROM debian\n';
  test.each([
    ['# plimsoll ignore=untagged-base\n', 'our id'],
    ['# hadolint ignore=DL3001,DL3006\n', "hadolint's id in a list"],
    ['# a\n# hadolint global ignore=DL3006\n\n', 'for the whole file'],
  ])('%j: %s', (comment) => {
    expect(linesOf('untagged-base', body)).toEqual([1]);
    expect(linesOf('untagged-base', comment + body)).toEqual([]);
  });

  test('check=skip is for the checks of BuildKit', () => {
    const text = 'FROM debian AS A\n';
    expect(lintDockerfile(text).map(({ rule }) => rule)).toEqual(['untagged-base', 'stage-name-casing']);
    const skipped = lintDockerfile(`# check=skip=all;error=true\n${text}`);
    expect(skipped.map(({ rule }) => rule)).toEqual(['untagged-base']);
    expect(lintDockerfile(`# check=error=true\n${text}`).map(({ severity }) => severity)).toEqual([
      'warning',
      'error',
    ]);
  });
});

test('what cannot be expanded is told with file and line', () => {
  expect(() => lintDockerfile('FROM a:1\nADD x "y\n', { fileName: 'docker/api.Dockerfile' })).toThrow(
    /^docker\/api\.Dockerfile:2: failed to process/,
  );
});
