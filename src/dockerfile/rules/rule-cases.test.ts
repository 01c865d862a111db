import { describe, expect, test } from 'vitest';
import { fixDockerfile, type LintOptions, lintDockerfile } from '../index.ts';

const debian = 'FROM debian:12\n';

/** Lines on which a rule fires; the text follows `FROM debian:12` unless it has a FROM. */
function linesOf(name: string, text: string): readonly number[] {
  const whole = /^\s*(?:from|#)/i.test(text) ? text : debian + text;
  return lintDockerfile(whole, { severities: new Map([['missing-user', 'info']]) })
    .filter(({ rule, hadolint, buildkit }) => [rule, hadolint, buildkit].includes(name))
    .map(({ line }) => line);
}

/** What hadolint and BuildKit define with their tests, and we as they do. */
test.each<readonly [name: string, text: string, lines: readonly number[], reason: string]>([
  ['DL3004', 'ONBUILD RUN a && \\\n  sudo b\n', [3], 'what the next image will run'],
  ['DL3013', 'ONBUILD RUN pip install a\nONBUILD RUN ["pip", "install", "b"]\n', [2], 'in shell form'],
  ['DL3014', "RUN sh -c 'apt-get install a'\n", [2], 'a program in quotes'],
  ['DL3014', 'RUN bash -lc "apt-get install a"\n', [2], 'of a login shell'],
  ['DL3014', 'RUN ["bash", "-c", "apt-get install a"]\n', [2], 'in JSON form'],
  ['DL3014', "RUN xargs apt-get install < a\nRUN su b -c 'apt-get install c'\n", [2, 3], 'behind a program'],
  ['DL3014', 'RUN timeout 60 apt-get install a\nRUN env B=1 apt-get install -y c\n', [2], 'behind a starter'],
  ['DL3014', 'RUN bash -c "apt-get install \\"a\\""\n', [], 'what is not read is not judged'],
  ['DL3013', "RUN sh -c 'pip install a'\n", [2], 'a program in quotes'],
  ['DL3013', 'RUN xargs pip install < a\n', [], 'whose packages stand elsewhere'],
  ['DL3042', "RUN su a -c 'pip install b'\n", [2], 'as another user'],
  ['DL3042', 'RUN python3 -mpip install a\nRUN python -Im pip install b\n', [2, 3], 'options in one word'],
  ['DL3042', 'RUN python3 -X dev -W error -m pip install a\n', [2], 'options with values'],
  ['DL3042', 'RUN python3 tool.py -m pip install a\n', [], 'arguments of another program'],
  [
    'DL3042',
    'RUN pip install --no-index -f https://a.b/c d\n',
    [2],
    'links of another machine are downloaded',
  ],
  ['DL3013', 'RUN pip install --no-index -f https://a.b/c d\n', [2], 'and change'],
  ['DL4006', 'RUN ["bash", "-o", "pipefail", "-c", "a | b"]\n', [], 'set by an option of the program'],
  ['DL4006', "RUN sh -c 'a | b'\n", [2], 'in a program'],
  ['DL3009', "RUN su a -c 'apt-get update'\n", [2], 'as another user'],
  ['DL3004', "RUN sh -c 'sudo a'\n", [2], 'in a program'],
  ['DL3045', 'ONBUILD WORKDIR /a\nONBUILD COPY b c\n', [], 'where it lands is decided there'],
  ['DL3003', 'RUN cd /opt\n', [2], 'a lone cd does nothing'],
  [
    'DL3009',
    'RUN rm -f /etc/apt/apt.conf.d/docker-clean\nRUN --mount=type=cache,target=/var/lib/apt apt-get update && apt-get install -y a\n',
    [3],
    'the lists are on a mount, the packages are not, and docker-clean is off',
  ],
  [
    'DL3009',
    'RUN rm -f /etc/apt/apt.conf.d/docker-clean\nRUN --mount=type=cache,target=/var/lib/apt --mount=type=cache,target=/var/cache/apt apt-get update && apt-get install -y a\n',
    [],
    'both are',
  ],
  ['DL3009', 'RUN apt-get update\nFROM scratch\nCOPY --from=0 /a /b\n', [], 'a stage that is not shipped'],
  [
    'recursive-chown',
    'ENV HOME=/home/b\nCOPY . ${HOME}\nRUN chown -R 1000 $HOME\nCOPY . /c\nRUN chown -R "$A:$A" /c\n',
    [4, 6],
    'variables of the file are read',
  ],
  ['recursive-chown', 'COPY a ${B}/c\nRUN chown -R 1000 ${B}\n', [3], 'one of the base is the same in both'],
  ['recursive-chown', 'COPY a $B/c\nRUN chown -R $C $D\n', [], 'what two others hold is unknown'],
  ['recursive-chown', 'ARG B=\nCOPY a /c\nRUN chown -R $B /d\n', [], 'an empty one is no path'],
  ['DL3010', 'COPY a/b.tar /c.tar\nRUN tar -xf /c.tar\n', [2], 'unpacked under the name of the target'],
  ['DL3020', 'ADD "file.tgz" "https://x/y" /a/\n', [], 'quotes belong to no name'],
  ['DL3020', 'ADD "file.zip" /a/\n', [2], 'ADD unpacks no zip'],
  ['DL3042', 'FROM a:1 AS b\nENV PIP_NO_CACHE_DIR=1\nFROM b\nRUN pip install x\n', [], 'inherited'],
  ['DL3042', 'FROM a:1 AS b\nENV PIP_NO_CACHE_DIR=1\nFROM a:1\nRUN pip install x\n', [4], 'of another stage'],
  [
    'undefined-var',
    'FROM python:3.12\nENV PYTHONPATH=/a:$PYTONPATH\n',
    [2],
    'a slip of the variable that is set',
  ],
  ['DL3044', 'ENV PATH=/a:$PATH PATH=/b:$PATH\n', [2], 'the first value is lost'],
  [
    'DL3045',
    'FROM a:1 AS b\nWORKDIR /x\nFROM a:1 AS c\nRUN d\nFROM b\nCOPY e f\n',
    [],
    'inherited over a stage',
  ],
  ['DL3045', 'FROM windowsservercore:1\nWORKDIR c:\\x\nCOPY a b\n', [], 'a path of Windows'],
  ['DL3059', 'RUN a && b\nRUN c\nRUN d\n', [4], 'only two single commands in a row'],
  ['DL4006', 'SHELL ["/usr/local/bin/zsh", "-o", "pipefail", "-c"]\nRUN a | b\n', [], 'another shell'],
  ['DL4006', 'SHELL ["pwsh", "-c"]\nRUN Get-Item x | Select-Object y\n', [], 'no POSIX shell'],
  ['WorkdirRelativePath', 'FROM scratch\nWORKDIR app/\n', [2], 'no WORKDIR is set, not even there'],
  ['WorkdirRelativePath', 'FROM scratch AS a\nWORKDIR /app\nFROM a\nWORKDIR b/\n', [], 'inherited'],
  ['FromPlatformFlagConstDisallowed', 'FROM --platform=linux/amd64 a:1 AS linux\n', [], 'named after it'],
  ['UndefinedVar', 'ARG DIR_ASSETS=a/\nCOPY $DIR_ASSET .\n', [3], 'a slip of a name that is there'],
  ['UndefinedVar', 'ENV PATH=$PAHT:/b\n', [2], 'two changed letters'],
  [
    'UndefinedVar',
    'ARG A=1\nENV X=$B HOME2=$HOMES\n',
    [],
    'short names, and what the base may set, are no slips',
  ],
  ['UndefinedArgInFrom', 'FROM --platform=$BULIDPLATFORM scratch\n', [1], 'not declared'],
  ['MultipleInstructionsDisallowed', 'HEALTHCHECK CMD a\nHEALTHCHECK CMD b\n', [2], 'the first is lost'],
  ['SecretsUsedInArgOrEnv', 'ENV git_key=\n', [2], 'an empty place for a secret'],
  ['NoEmptyContinuation', 'RUN a \\\n\n b \\\n\n\n c\n', [3, 5], 'each gap of an instruction'],
  ['ExposeInvalidFormat', 'EXPOSE 80:80\n', [2], 'a port of the host'],
])('%s: %j', (name, text, lines, reason) => {
  expect([reason, linesOf(name, text)]).toEqual([reason, lines]);
});

/** Places in public Dockerfiles where a rule spoke, and should not. */
test.each<readonly [rule: string, text: string, reason: string]>([
  ['pip-cache', 'RUN pip --no-cache-dir install a==1\n', 'an option of pip itself'],
  ['pip-cache', 'RUN pip install --no-cache a==1\n', 'the beginning of the option'],
  [
    'pip-cache',
    'RUN pip install --no-index --find-links=/wheels a\nRUN pip install --no-index -f . a\n',
    'nothing is downloaded',
  ],
  ['unpinned-pip', 'RUN pip install --no-index --find-links /wheels a\n', 'what lies there decides'],
  ['pip-cache', 'FROM a:1 AS b\nRUN pip install c\nFROM a:1\nCOPY --from=b /d /d\n', 'only copied from'],
  ['pip-cache', 'FROM python:3.13-windowsservercore\nRUN pip install a\n', 'cmd runs it'],
  [
    'wget-progress',
    'FROM mcr.microsoft.com/windows/servercore:1\nRUN powershell wget x -OutFile y\n',
    'an alias of PowerShell',
  ],
  [
    'wget-progress',
    'FROM a:1\n# hadolint shell=powershell # why\nRUN wget x -OutFile y\n',
    'declared with hadolint’s comment',
  ],
  ['secret-in-env', 'ARG SCCACHE_S3_NO_CREDENTIALS=0\nENV USE_TOKEN=true\n', 'switches'],
  ['relative-copy', 'ARG T\nFROM base-$T\nCOPY . .\n', 'maybe a stage of the file'],
  ['pipefail', 'RUN echo a | b && yes | c && printf d | e\n', 'nothing that can fail'],
  [
    'pipefail',
    'RUN find / | head -20; a | grep -q b && c | grep -m1 d\n',
    'the reader stops, and pipefail would end the build',
  ],
  [
    'relative-copy',
    'FROM public.ecr.aws/lambda/python:3.12\nCOPY requirements.txt .\n',
    'a working directory that the image promises',
  ],
  [
    'relative-copy',
    'FROM apache/airflow:3.0.4 AS a\nFROM a\nCOPY dags ./dags/\nFROM quay.io/jupyter/base-notebook\nCOPY a.ipynb ./\n',
    'so do these',
  ],
  ['dev-dependencies', 'RUN pip install notebook\n', 'an image without a start is for work at its prompt'],
  ['consecutive-run', 'RUN pip install torch\nRUN pip install numpy\n', 'layers of their own'],
  ['consecutive-run', 'RUN <<EOF\na\nEOF\nRUN <<EOF\nb\nEOF\n', 'scripts are no links'],
  ['copy-whole-root', 'FROM tonistiigi/xx AS xx\nFROM a:1\nCOPY --from=xx / /\n', 'made for it'],
  ['apt-get-yes', 'RUN yes | apt-get install a\nRUN apt-get $OPTIONS install a\n', 'answered by others'],
  [
    'apt-recommends',
    'RUN echo \'APT::Install-Recommends "false";\' > /etc/apt/apt.conf.d/x\nRUN apt-get install -y a\n',
    'turned off above',
  ],
  [
    'source-before-install',
    'RUN uv sync --frozen --no-install-project\nCOPY . .\nRUN uv sync --frozen\n',
    'the dependencies are there already',
  ],
  ['source-before-install', 'COPY . .\nRUN pip install .\n', 'the source is what is installed'],
  ['requirement-redirect', 'RUN pip install -r a.txt > 1.log\nRUN pip install a>2.log b\n', 'a log'],
  ['dev-dependencies', 'RUN pip install jupyterlab==4\nEXPOSE 8888\n', 'a notebook server'],
  ['dev-dependencies', 'FROM jupyterhub/jupyterhub:5\nRUN pip install notebook\n', 'made for it'],
  ['shell-form-command', 'ENTRYPOINT\n', 'takes back what the base says'],
  ['named-user', 'FROM nanoserver:1\nUSER ContainerAdministrator\n', 'Windows has no numbers'],
])('%s is silent: %j', (rule, text, reason) => {
  expect([reason, linesOf(rule, text)]).toEqual([reason, []]);
});

describe('a correction', () => {
  test.each<readonly [given: string, fixed: string, reason: string]>([
    [
      'RUN apt-get update \\\n    && apt-get install -y --no-install-recommends git=1\n',
      'RUN apt-get update \\\n    && apt-get install -y --no-install-recommends git=1 \\\n    && rm -rf /var/lib/apt/lists/*\n',
      'a line of its own where each link has one',
    ],
    [
      'RUN apt-get update\nRUN apt-get install -y git\n',
      'RUN apt-get update\nRUN apt-get install -y git\n',
      'the lists are wanted below',
    ],
    [
      'RUN apt-get update\nCOPY x.sh /\nRUN /x.sh\n',
      'RUN apt-get update\nCOPY x.sh /\nRUN /x.sh\n',
      'a script may want them',
    ],
    [
      'RUN apk update \\\n    && apk add git\nRUN apk update && apk upgrade && apk add gcc\nRUN set -e; apk update; apk add g++\n',
      'RUN apk add --no-cache git\nRUN apk update && apk upgrade && apk add --no-cache gcc\nRUN set -e; apk update; apk add --no-cache g++\n',
      'no update in front of an add; kept for an upgrade, or where another link joins them',
    ],
    [
      'RUN a \\\n\n  b\nRUN c \\\n\nCOPY d e\n',
      'RUN a \\\n  b\nRUN c \\\n\nCOPY d e\n',
      'no empty line goes where the backslash is what is wrong',
    ],
    [
      'RUN apt-get update && a || true\n',
      'RUN apt-get update && a || true\n',
      'what stands in the end does not always run',
    ],
    [
      'RUN conda install -y a && \\\n    apt-get update\n',
      'RUN conda install -y a && \\\n    conda clean -afy && \\\n    apt-get update && \\\n    rm -rf /var/lib/apt/lists/*\n',
      'two that touch, one after the other',
    ],
    ['CMD python app.py --n=1\n', 'CMD ["python", "app.py", "--n=1"]\n', 'plain words'],
    [
      'CMD gunicorn \\\n  # why\n  -b :80 \\\n  app:app\n',
      'CMD ["gunicorn", \\\n  # why\n  "-b", ":80", \\\n  "app:app"]\n',
      'lines and comments stay',
    ],
    [
      'RUN conda install -y a > /log\n',
      'RUN conda install -y a > /log && conda clean -afy\n',
      'behind the redirect',
    ],
    ['CMD cd /app && python app.py\n', 'CMD cd /app && python app.py\n', 'the shell is needed'],
    ['CMD python $FILE\n', 'CMD python $FILE\n', 'a variable'],
    ['ENTRYPOINT ["a"]\nCMD b c\n', 'ENTRYPOINT ["a"]\nCMD b c\n', 'arguments of the ENTRYPOINT'],
    ['ENV A b c $D\n', 'ENV A="b c $D"\n', 'several words'],
    ['ENV A say "b"\n', 'ENV A say "b"\n', 'quotes within'],
    ['ENV A "b c"\n', 'ENV A="b c"\n', 'quoted already'],
    ['RUN apt-get update\n', 'RUN apt-get update\n', 'nothing comes of it: to be taken away by hand'],
    ['MAINTAINER a b <c@d>\n', 'LABEL org.opencontainers.image.authors="a b <c@d>"\n', 'a label'],
    [
      'RUN apt update && apt upgrade\n',
      'RUN apt-get update && apt upgrade && rm -rf /var/lib/apt/lists/*\n',
      'what both do alike',
    ],
    ['RUN useradd -u 123456 a\n', 'RUN useradd -l -u 123456 a\n', 'in front of the other options'],
    ['ONBUILD RUN apt-get install git\n', 'ONBUILD RUN apt-get install -y git\n', 'of the next image'],
    ['EXPOSE 1.2.3.4:80:80/TCP\n', 'EXPOSE 80/tcp\n', 'two rules about one word'],
  ])('%j', (given, fixed, reason) => {
    expect([reason, fixDockerfile(debian + given)]).toEqual([reason, debian + fixed]);
    expect(fixDockerfile(debian + fixed)).toBe(debian + fixed);
  });

  test('renames a stage everywhere', () => {
    const text = 'FROM a:1 AS Build\nFROM Build AS c\nCOPY --from=Build --chmod=1 /x /y\n';
    expect(fixDockerfile(text)).toBe(text.replaceAll('Build', 'build'));
  });
});

test('development groups are told, however the container starts', () => {
  const text = `${debian}RUN uv sync --locked\nENTRYPOINT ["uv", "run", "a.py"]\nCMD ["--host", "0.0.0.0"]\n`;
  expect(lintDockerfile(text).map(({ rule }) => rule)).toEqual(['dev-dependencies']);
});

test('a secret of a variable that nothing declares is an empty place for one', () => {
  const [first, second] = lintDockerfile(
    `${debian}ENV HF_TOKEN=\${TOKEN_OF_HUB}\nARG B\nENV API_TOKEN=$B\n`,
  ).filter(({ rule }) => rule === 'secret-in-env');
  expect([first?.message, second?.message]).toEqual([
    expect.stringContaining('an empty place for a secret'),
    expect.stringContaining('stays readable in the image'),
  ]);
});

test('tools within a requirement file of the project', () => {
  const project = {
    ignoredSources: [],
    requirementFiles: new Map([['requirements.txt', ['flask', 'pytest', 'notebook', 'black']]]),
    libraryPackages: new Map(),
    missingPrograms: new Map(),
    hasDevelopmentGroups: new Map(),
    contextNames: new Set<string>(),
  };
  const messages = (text: string): readonly string[] =>
    lintDockerfile(`${debian}RUN pip install --no-cache-dir -r requirements.txt\n${text}`, { project }).map(
      ({ rule, message }) => `${rule}: ${message}`,
    );
  expect(messages('')).toEqual([
    'dev-dependencies: pytest and 1 more are for developers: keep them out of requirements.txt, in a file of their own',
  ]);
  expect(messages('CMD ["pytest"]\n')).toEqual([]);
});

test('names of further build contexts are no images', () => {
  const project = {
    ignoredSources: [],
    requirementFiles: new Map(),
    libraryPackages: new Map(),
    missingPrograms: new Map(),
    hasDevelopmentGroups: new Map(),
    contextNames: new Set(['base', 'assets', 'python:latest']),
  };
  const text = 'FROM base\nCOPY --from=Assets a /b\nFROM python:latest\nFROM other\n';
  const options = { trustedRegistries: ['ghcr.io'] };
  const rules = (known: LintOptions): readonly string[] =>
    lintDockerfile(text, { ...options, ...known }).map(({ rule, line }) => `${line} ${rule}`);
  expect(rules({})).toEqual([
    '1 untagged-base',
    '1 untrusted-registry',
    '2 unknown-copy-stage',
    '3 latest-base',
    '3 untrusted-registry',
    '4 untagged-base',
    '4 untrusted-registry',
  ]);
  expect(rules({ project })).toEqual(['4 untagged-base', '4 untrusted-registry']);
});

test.each<readonly [text: string, isMissing: boolean, reason: string]>([
  ['FROM python:3.12-slim\nHEALTHCHECK CMD ["wget", "-q", "http://localhost/"]\n', true, 'as a list'],
  ['FROM python:3.12-slim\nHEALTHCHECK CMD /usr/bin/curl localhost\n', true, 'with its directory'],
  ['FROM python:3.12-alpine\nHEALTHCHECK CMD wget -q http://localhost/\n', false, 'BusyBox has wget'],
  ['FROM python:3.12-alpine\nHEALTHCHECK CMD curl localhost\n', true, 'and no curl'],
  ['FROM python:3.12\nHEALTHCHECK CMD curl localhost\n', false, 'the whole image has it'],
  [
    'FROM ghcr.io/astral-sh/uv:python3.13-bookworm-slim\nHEALTHCHECK CMD curl localhost\n',
    true,
    'on slim, too',
  ],
  ['FROM acme/base:1\nHEALTHCHECK CMD curl localhost\n', false, 'an unknown base'],
  [
    'FROM python:3.12-slim\nRUN ./setup.sh\nHEALTHCHECK CMD curl localhost\n',
    false,
    'a script may install it',
  ],
  [
    'FROM python:3.12-slim\nRUN apt-get install -y $PACKAGES\nHEALTHCHECK CMD curl localhost\n',
    false,
    'so may a variable',
  ],
  [
    'FROM python:3.12-slim\nCOPY --from=tools /usr/bin /usr/bin\nHEALTHCHECK CMD curl localhost\n',
    false,
    'copied',
  ],
  ['FROM python:3.12-slim\nHEALTHCHECK CMD python curl_like.py\n', false, 'another program'],
  ['FROM python:3.12-slim\nHEALTHCHECK CMD curl localhost\nHEALTHCHECK NONE\n', false, 'turned off'],
  ['FROM python:3.12-slim AS a\nHEALTHCHECK CMD curl localhost\nFROM python:3.12\n', false, 'not shipped'],
])('a check that lacks its program: %j %s, %s', (text, isMissing) => {
  const found = lintDockerfile(text).some(({ rule }) => rule === 'healthcheck-program');
  expect(found).toBe(isMissing);
});

describe('comments', () => {
  test('experimental checks are asked for, whatever is skipped', () => {
    const text = (check: string): string => `# check=${check}\n# words\nARG A=1\nFROM a:1\n`;
    const rules = (check: string): readonly string[] =>
      lintDockerfile(text(check)).map(({ buildkit = '' }) => buildkit);
    expect(rules('skip=all')).toEqual([]);
    expect(rules('skip=all;experimental=InvalidDefinitionDescription')).toEqual([
      'InvalidDefinitionDescription',
    ]);
  });

  test('hadolint’s can be turned off', () => {
    const text = '# hadolint ignore=DL3006 # why\nFROM debian\n';
    expect(lintDockerfile(text)).toEqual([]);
    expect(lintDockerfile(text, { isHadolintPragmaOff: true }).map(({ line }) => line)).toEqual([2]);
  });

  test('a name of hadolint within a rule of several', () => {
    const labels = { required: new Map([['u', 'url'] as const, ['v', 'semver'] as const]), isStrict: false };
    const text = 'FROM a:1\n# hadolint ignore=DL3052\nLABEL u=x v=y\n';
    const names = (severities: ReadonlyMap<string, 'off'>): readonly unknown[] =>
      lintDockerfile(text, { labels, severities }).map(({ hadolint }) => hadolint);
    expect(names(new Map())).toEqual(['DL3056']);
    expect(names(new Map([['DL3056', 'off']]))).toEqual([]);
    expect(names(new Map([['label-value', 'off']]))).toEqual([]);
  });
});

test.each([
  ['u', 'url', 'https://a.example/b', 'a.example', 'DL3052'],
  ['t', 'rfc3339', '2024-02-29T12:00:00Z', '2024-02-29', 'DL3053'],
  ['l', 'spdx', 'Apache-2.0 OR (MIT AND BSD-3-Clause)', 'Apache License 2.0', 'DL3054'],
  ['h', 'hash', '2dbfae9', 'main', 'DL3055'],
  ['s', 'semver', '1.2.3-rc.1+5', 'v1.2.3', 'DL3056'],
  ['e', 'email', 'a.b@c.example', 'a.b at c', 'DL3058'],
] as const)('a label of type %s: %s', (name, type, good, bad, hadolint) => {
  const labels = { required: new Map([[name, type]]), isStrict: false };
  const found = (value: string): readonly unknown[] =>
    lintDockerfile(`FROM a:1\nLABEL ${name}="${value}"\n`, { labels }).map((one) => one.hadolint);
  expect([found(good), found(bad)]).toEqual([[], [hadolint]]);
});
