import { describe, expect, it } from 'vitest';
import { parseDockerfile, resolveDockerfile } from '../dockerfile/index.ts';
import { describeDockerfileForForecast } from './index.ts';

const locked = (name: string, group: string): string =>
  `[[package]]\nname = "${name}"\nversion = "1"\ngroups = ["${group}"]\n`;

const files: Readonly<Record<string, string>> = {
  'pyproject.toml': `[project]
name = "app"
dependencies = ["a>=1"]
[project.optional-dependencies]
serve = ["gunicorn"]
[dependency-groups]
dev = ["pytest"]
lint = ["ruff"]
`,
  'lib/pyproject.toml': '[project]\nname = "lib"\ndependencies = ["b<2"]\n',
  'bare/pyproject.toml': '[build-system]\nrequires = ["setuptools"]\n',
  'requirements.txt': '-e ./lib\nc==3\n',
  Pipfile: '[packages]\nflask = "*"\n[dev-packages]\npytest = "*"\n',
  'envs/environment.yml':
    'dependencies:\n  - numpy\n  - pip:\n    - --extra-index-url http://mirror/simple\n    - d>=4\n    - -r pinned.txt\n',
  'envs/docker_env.yml': 'dependencies: [numpy, { pip: [f] }]\n',
  'envs/packages.txt': 'numpy=1.26\n',
  'envs/pinned.txt': 'e==5\n',
  'pylock.toml': 'lock-version = "1.0"\n[[packages]]\nname = "a"\nversion = "1"\n',
  'poetry.lock': `${locked('a', 'main')}${locked('pytest', 'dev')}${locked('sphinx', 'docs')}[metadata]\nlock-version = "2.1"\n`,
  'pdm.lock': `${locked('a', 'default')}${locked('pytest', 'dev')}${locked('gunicorn', 'serve')}[metadata]\ngroups = ["default", "dev", "serve"]\n`,
  'Pipfile.lock':
    '{"_meta": {"sources": [{"url": "http://mirror/simple"}]}, "default": {"a": {"version": "==1"}}, "develop": {"pytest": {"version": "==1"}}}',
  'uv.lock': `version = 1
[[package]]
name = "app"
source = { editable = "." }
dependencies = [{ name = "a" }]
[package.optional-dependencies]
serve = [{ name = "gunicorn" }]
[package.dev-dependencies]
dev = [{ name = "pytest" }]
lint = [{ name = "ruff" }]
[[package]]
name = "a"
version = "1"
[[package]]
name = "gunicorn"
version = "1"
[[package]]
name = "pytest"
version = "1"
[[package]]
name = "ruff"
version = "1"
`,
};

const describeRun = (run: string) =>
  describeDockerfileForForecast(
    resolveDockerfile(parseDockerfile(`FROM python:3.12\nWORKDIR /app\nCOPY . .\nRUN ${run}\n`)),
    { readText: async (path) => files[path], sentFiles: [] },
  );

describe('installations from a project’s own files', () => {
  it.each([
    ['poetry install', ['a', 'pytest', 'sphinx'], 'all groups'],
    ['poetry install --only main', ['a'], 'one group'],
    ['poetry install --only=main,docs', ['a', 'sphinx'], 'a list of groups'],
    ['poetry install --without dev --no-root', ['a', 'sphinx'], 'all but one'],
    ['poetry install --no-dev', ['a', 'sphinx'], 'the old word for it'],
    ['pdm install', ['a', 'pytest', 'gunicorn'], 'all groups that the lock file names'],
    ['pdm install --dev', ['a', 'pytest'], 'the default and development groups, no extras'],
    ['pdm install --without dev', ['a', 'gunicorn'], 'all but one'],
    ['pdm install -G serve', ['a', 'pytest', 'gunicorn'], 'an extra beside the groups for development'],
    ['pdm sync --prod', ['a'], 'no development groups'],
    ['pdm install --prod -G serve', ['a', 'gunicorn'], 'an extra by name'],
    ['pipenv install --deploy', ['a'], 'the packages'],
    ['pipenv sync --dev', ['a', 'pytest'], 'and those of development'],
    ['uv sync --frozen', ['a', 'pytest'], 'the group dev unasked'],
    ['uv sync --no-dev', ['a'], 'or not'],
    ['uv sync --no-dev --extra serve', ['a', 'gunicorn'], 'an extra'],
    ['uv sync --all-extras --all-groups', ['a', 'gunicorn', 'pytest', 'ruff'], 'everything'],
    ['uv sync --only-group lint', ['ruff'], 'one group alone'],
  ])('%s: %s (%s)', async (run, names) => {
    const { requirements, missing } = await describeRun(run);
    expect(missing).toEqual([]);
    expect(requirements.map((line) => line.split('==')[0])).toEqual(names);
  });

  it.each([
    ['pip install .', ['a>=1']],
    ['pip install -e ".[serve]"', ['a>=1', 'gunicorn']],
    ['pip install ./lib', ['b<2']],
    ['pip install -r requirements.txt', ['b<2', 'c==3']],
    [
      "python -c \"import tomllib; p = tomllib.load(open('pyproject.toml', 'rb'))['project']; print(*p['dependencies'], *p['optional-dependencies']['serve'], sep='\\n')\" > /tmp/requirements.txt && pip install -r /tmp/requirements.txt",
      ['a>=1', 'gunicorn'],
    ],
  ])('%s asks for what its pyproject.toml needs', async (run, requirements) => {
    const described = await describeRun(run);
    expect(described.missing).toEqual([]);
    expect(described.requirements).toEqual(requirements);
    expect(described.python.buildsProject).toBe(!run.includes(' -r '));
  });

  it.each([
    ['uv pip install -r pyproject.toml', ['a>=1'], 'a manifest'],
    [
      'uv pip install -r pyproject.toml --extra serve --group dev',
      ['a>=1', 'gunicorn', 'pytest'],
      'with an extra and a group',
    ],
    ['pip install --group lint', ['ruff'], 'a group alone (PEP 735)'],
    ['pip install --group lib/pyproject.toml:x', [], 'a group that is not there'],
    [
      'uv --managed-python --directory . pip install -r pyproject.toml',
      ['a>=1'],
      'options of uv itself in front',
    ],
    ['uv -q pip sync pylock.toml', ['a==1'], 'and of what it synchronises'],
    ['uv pip sync pylock.toml', ['a==1'], 'a lock file (PEP 751)'],
    ['uv pip sync requirements.txt', ['b<2', 'c==3'], 'sync takes files'],
    ['pip-sync', ['b<2', 'c==3'], 'pip-tools, its own default'],
    ['conda env create -f envs/environment.yml', ['d>=4', 'e==5'], 'what pip installs for Conda'],
    ['mamba env update -f envs/docker_env.yml', ['f'], 'by a name of its own, in YAML as it may be written'],
    ['conda create -n x --file envs/packages.txt', [], 'a list of packages is no environment file'],
  ])('%s: %s (%s)', async (run, requirements) => {
    expect((await describeRun(run)).requirements).toEqual(requirements);
  });

  it.each([
    ['uv sync', true, 'a lock file lists all, overrides of what others require included'],
    ['poetry install', true, 'in any format'],
    ['uv pip sync pylock.toml', true, 'by any command'],
    ['uv pip sync requirements.txt', true, 'uv does not add to what it synchronises with'],
    ['pip install --no-deps -r requirements.txt', true, 'as asked'],
    ['pip install -r requirements.txt', false, 'pip adds what these require'],
    ['pip install .', false, 'a manifest is no lock file'],
    ['uv sync && pip install --no-deps d', true, 'neighbours that both add nothing'],
  ])('%s installs what is listed and nothing else: %s (%s)', async (run, isComplete) => {
    expect((await describeRun(run)).isComplete ?? false).toBe(isComplete);
  });

  it.each([
    ['uv sync --extra cpu', ['https://pypi.org/simple', 'https://wheels.test/cpu']],
    ['uv sync --extra gpu', ['https://pypi.org/simple']],
    ['uv sync', ['https://pypi.org/simple']],
  ])('%s looks where its own packages are locked from', async (run, urls) => {
    const torch = (version: string, index: string): string =>
      `[[package]]\nname = "torch"\nversion = "${version}"\nsource = { registry = "${index}" }\n`;
    const lock = `version = 1
conflicts = [[{ package = "app", extra = "cpu" }, { package = "app", extra = "gpu" }]]
[[package]]
name = "app"
source = { virtual = "." }
dependencies = [{ name = "a" }]
[package.optional-dependencies]
cpu = [{ name = "torch", version = "2+cpu", marker = "extra == 'extra-3-app-cpu'" }]
gpu = [{ name = "torch", version = "2", marker = "extra == 'extra-3-app-gpu'" }]
[[package]]
name = "a"
version = "1"
source = { registry = "https://pypi.org/simple" }
${torch('2', 'https://pypi.org/simple')}${torch('2+cpu', 'https://wheels.test/cpu')}`;
    const described = await describeDockerfileForForecast(
      resolveDockerfile(parseDockerfile(`FROM python:3.12\nCOPY . .\nRUN ${run}\n`)),
      { readText: async (path) => (path === 'uv.lock' ? lock : undefined), sentFiles: [] },
    );
    const { indexUrl, extraIndexUrls = [] } = described.indexes;
    expect([indexUrl, ...extraIndexUrls]).toEqual(urls);
  });

  it('adds what is required to the installation that is not locked', async () => {
    const { earlierInstalls, requirements, isComplete } = await describeRun(
      'uv sync --no-dev\nRUN pip install d',
    );
    expect(earlierInstalls).toMatchObject([{ requirements: ['a==1'], isComplete: true }]);
    expect([requirements, isComplete]).toEqual([['d'], undefined]);
  });

  it.each([
    ['poetry export -f requirements.txt --output requirements-app.txt --without-hashes', ['a==1']],
    ['poetry export --with dev -o /tmp/requirements-app.txt', ['a==1', 'pytest==1']],
    ['poetry export --only=docs > requirements-app.txt', ['sphinx==1']],
    ['pdm export --prod -o requirements-app.txt', ['a==1']],
    ['pipenv requirements > requirements-app.txt', ['a==1']],
  ])('%s in a stage of its own, and pip installs %j', async (run, requirements) => {
    const text = `FROM python:3.12 AS lists\nWORKDIR /tmp\nCOPY . .\nRUN ${run}\nFROM python:3.12\nCOPY --from=lists /tmp/requirements-app.txt /code/\nRUN pip install -r /code/requirements-app.txt\n`;
    const described = await describeDockerfileForForecast(resolveDockerfile(parseDockerfile(text)), {
      readText: async (path) => Object.entries(files).find(([name]) => name === path)?.[1],
      sentFiles: [],
    });
    expect(described.requirements).toEqual(requirements);
    expect(described.missing ?? []).toEqual([]);
  });

  it.each([
    [
      'RUN pip wheel --no-cache-dir -w /wheels -r requirements.txt',
      'COPY --from=builder /wheels /wheels\nRUN pip install /wheels/*.whl && rm -rf /wheels',
      true,
      'a folder that is copied',
    ],
    [
      'RUN pip wheel --wheel-dir=wheels -r requirements.txt',
      'RUN --mount=type=bind,from=builder,source=/code/wheels,target=/w pip install /w/*',
      false,
      'a folder that is mounted',
    ],
    [
      'RUN pip wheel -r requirements.txt',
      'COPY --from=builder /code/*.whl /tmp/w/\nRUN pip install --no-cache-dir /tmp/w/*',
      true,
      'wheels in the working directory, copied by a pattern',
    ],
    [
      'ENV W=/opt/w\nRUN python -m pip download -d $W -r requirements.txt',
      'COPY --from=0 /opt /opt\nRUN pip install --no-index --find-links=/opt/w -r requirements.txt',
      true,
      'a folder that pip looks into, below one that is copied',
    ],
    [
      'RUN echo',
      'RUN pip wheel -w /w -r requirements.txt && pip install /w/*.whl && rm -r /w',
      false,
      'one step',
    ],
  ])('follows the wheels: %s, %s', async (build, install, keepsWheels) => {
    const text = `FROM python:3.12 AS builder\nWORKDIR /code\nCOPY requirements.txt lib ./\n${build}\nFROM python:3.12\nWORKDIR /code\nCOPY requirements.txt .\n${install}\n`;
    const described = await describeDockerfileForForecast(resolveDockerfile(parseDockerfile(text)), {
      readText: async (path) =>
        path === 'requirements.txt' ? '--index-url https://own/simple\nc==3\nd\n' : undefined,
      sentFiles: [],
    });
    expect(described.missing ?? []).toEqual([]);
    expect(described).toMatchObject({
      requirements: ['c==3', 'd'],
      indexes: { indexUrl: 'https://own/simple' },
      python: { keepsPipCache: false, buildsProject: false },
    });
    expect(described.python.keepsWheels ?? false).toBe(keepsWheels);
    expect(described.indexes.isWithoutIndex).toBeUndefined();
  });

  it.each([
    ['COPY dist/*.whl ./\nRUN pip install *.whl', 'wheels of the build context'],
    ['COPY --from=registry.test/wheels:1 / /w\nRUN pip install /w/*', 'wheels of another image'],
    ['RUN pip wheel -w /w /w/*.whl && pip install /w/*', 'a folder that is filled from itself'],
  ])('does not guess what %j brings (%s)', async (install) => {
    const text = `FROM python:3.12\nWORKDIR /code\n${install}\n`;
    const { missing } = await describeDockerfileForForecast(resolveDockerfile(parseDockerfile(text)), {
      readText: async () => undefined,
      sentFiles: [],
    });
    expect(missing?.[0]?.because).toContain('is known to the build only');
  });

  it('reads the Pipfile where there is no lock file', async () => {
    const { 'Pipfile.lock': _, ...rest } = files;
    const described = await describeDockerfileForForecast(
      resolveDockerfile(parseDockerfile('FROM python:3.12\nWORKDIR /app\nCOPY . .\nRUN pipenv install\n')),
      { readText: async (path) => Object.entries(rest).find(([name]) => name === path)?.[1], sentFiles: [] },
    );
    expect(described.requirements).toEqual(['flask']);
  });

  it('tells what Conda itself installs as missing, and takes the indexes of the pip section', async () => {
    const described = await describeRun('conda env create -f envs/environment.yml');
    expect(described.indexes).toMatchObject({
      extraIndexUrls: ['http://mirror/simple'],
      trustedHosts: ['mirror'],
    });
    expect(described.indexes.indexUrl).toBeUndefined();
    expect(described.missing?.map(({ because }) => because)).toEqual([
      'line 4: what `conda create` installs is known to the build only',
    ]);
  });

  it.each([
    ['pip install .', 'all', 'what a project brings along is compiled, too'],
    ['pip install /w/*.whl', 'all', 'and wheels at hand'],
    ['pip install --no-compile .', 'none', 'unless it is told not to'],
    ['pip install --upgrade pip', 'none', 'pip itself is counted apart'],
  ])('%s leaves bytecode: %s (%s)', async (run, bytecode) => {
    expect((await describeRun(run)).python.bytecode).toBe(bytecode);
  });

  it('does not guess what only a build tells', async () => {
    expect((await describeRun('pip install ./bare')).missing?.map(({ because }) => because)).toEqual([
      'line 4: what `pip install ./bare` brings along is known to the build only',
    ]);
  });

  it('takes the index of the lock file, bytecode where the tool compiles, and the pip that it seeds', async () => {
    expect(await describeRun('pipenv sync')).toMatchObject({
      indexes: { indexUrl: 'http://mirror/simple', trustedHosts: ['mirror'] },
      python: { bytecode: 'all', hasOwnPip: true, keepsSeeds: true, keepsPipCache: true },
    });
    expect(await describeRun('uv sync')).toMatchObject({
      python: { bytecode: 'none', hasOwnPip: false, keepsSeeds: false, keepsPipCache: false },
    });
    expect((await describeRun('uv sync --compile-bytecode')).python.bytecode).toBe('all');
  });
});
