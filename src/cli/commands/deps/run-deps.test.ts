import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  deps,
  depsWith,
  findingsOf,
  hasPip,
  projectOf,
  reportOf,
  scratch,
  service,
  serviceWheels,
  wheelsOf,
} from './fixtures/run-deps.ts';

describe.skipIf(!hasPip)('a project', () => {
  test('-o - is standard output, as for audit and compare', async () => {
    const project = projectOf(service);
    const { code, stdout } = await deps(wheelsOf(serviceWheels), '--json', '-o', '-', project);
    expect([code, JSON.parse(stdout)]).toMatchObject([1, { subject: { kind: 'project' } }]);
    expect(existsSync('-')).toBe(false);
  });

  test('what its Dockerfile installs: costs, reasons, findings, the shortest list', async () => {
    const report = await reportOf(wheelsOf(serviceWheels), projectOf(service));
    expect(report.code).toBe(1);
    expect(report.subject).toMatchObject({ kind: 'project', pythonVersion: '3.11' });
    expect(report.distributions.map(({ name }) => name).sort()).toEqual([
      'click',
      'fastapi',
      'left-over',
      'pluggy',
      'pytest',
      'starlette',
      'uvicorn',
      'uvloop',
    ]);
    const row = (name: string) => report.distributions.find((one) => one.name === name);
    expect(row('uvloop')).toMatchObject({
      path: ['uvicorn[standard]', 'uvloop'],
      requestedAt: 'requirements.txt:3',
      heldBy: 'uvicorn',
    });
    expect(row('uvicorn')).toMatchObject({ use: 'used', exclusive: ['click', 'uvloop'] });
    // pip compiles what it installs: 2.34 times 20 kB.
    expect(row('starlette')?.ownBytes).toBeGreaterThan(46_000);
    expect(findingsOf(report)).toEqual(['development: pytest', 'unused: left-over', 'unpinned: fastapi']);
    expect(report.minimal.map(({ text }) => text)).toEqual(['fastapi==1.0', 'uvicorn[standard]==1.0']);
    expect(report.incomplete).toEqual([]);
  });

  test.each<readonly [requirements: string, start: string, missing: readonly string[], reason: string]>([
    ['fastapi\n', 'CMD ["uvicorn", "app:app"]', ['uvicorn'], 'nothing brings it'],
    ['fastapi\n', 'CMD exec python -m uvicorn app:app', ['uvicorn'], 'as a module'],
    ['fastapi[all]\n', 'CMD ["uvicorn", "app:app"]', [], 'an extra brings it'],
    ['fastapi\n', 'CMD ["fastapi", "run", "app.py"]', ['fastapi-cli'], 'a program that cannot run alone'],
    ['fastapi\n', 'COPY bin/ /usr/local/bin/\nCMD ["uvicorn", "app:app"]', [], 'copied programs may be it'],
  ])('a program that the container starts: %j, %s', async (requirements, start, missing, reason) => {
    const project = projectOf({
      Dockerfile: `FROM python:3.11-slim\nCOPY . .\nRUN pip install -r requirements.txt\n${start}\n`,
      'requirements.txt': requirements,
      'app.py': 'import fastapi\n',
    });
    const { findings } = await reportOf(wheelsOf(serviceWheels), project);
    const found = findings.filter(({ kind }) => kind === 'missing-program');
    expect([reason, found.flatMap(({ distributions }) => distributions)]).toEqual([reason, missing]);
    if (missing.length > 0) expect(found[0]).toMatchObject({ severity: 'error', doubts: [] });
  });

  test('without a known start, scripts of developers need not find all that they import', async () => {
    const project = projectOf({
      'requirements.txt': 'click\n',
      'app/main.py': 'import click\nimport gone_a\n',
      'scripts/release.py': 'import gone_b\n',
    });
    const missing = async (): Promise<readonly string[]> =>
      findingsOf(await reportOf(wheelsOf(serviceWheels), project, '--python', '3.11')).filter((one) =>
        one.startsWith('missing-distribution'),
      );
    expect(await missing()).toEqual(['missing-distribution: gone-a']);
    writeFileSync(
      join(project, 'Dockerfile'),
      'FROM python:3.11-slim\nCOPY . .\nRUN pip install -r requirements.txt\nCMD ["python", "scripts/release.py"]\n',
    );
    expect(await missing()).toEqual(['missing-distribution: gone-b']);
  });

  test.each<readonly [commands: string, names: readonly string[], reason: string]>([
    ['pip uninstall -y click', ['fastapi', 'starlette'], 'what another one brought is taken out'],
    [
      'pip3 uninstall --yes Click && pip install pluggy',
      ['fastapi', 'pluggy', 'starlette'],
      'another comes in its place',
    ],
    [
      'pip uninstall -y click && pip install click',
      ['click', 'fastapi', 'starlette'],
      'it is installed anew',
    ],
    [
      'pip uninstall -y click && pip install uvicorn',
      ['click', 'fastapi', 'starlette', 'uvicorn'],
      'brought back',
    ],
    [
      'pip uninstall -y click && pip install -r requirements.txt',
      ['click', 'fastapi', 'starlette'],
      'a list may',
    ],
    ['if [ -n "$X" ]; then true; fi; uv pip uninstall click', ['fastapi', 'starlette'], 'by uv'],
  ])('RUN %s leaves %j: %s', async (commands, names) => {
    const project = projectOf({
      Dockerfile: `FROM python:3.11-slim\nCOPY . .\nRUN pip install -r requirements.txt\nRUN ${commands}\n`,
      'requirements.txt': 'fastapi\nclick\n',
      'app.py': 'import fastapi\n',
    });
    const { distributions } = await reportOf(wheelsOf(serviceWheels), project);
    expect(distributions.map(({ name }) => name).sort()).toEqual(names);
  });

  test.each<readonly [build: string, start: string, severity: string, reason: string]>([
    ['pip install click', 'uv run python -m app', 'info', 'what it needs is installed at the start'],
    [
      'pip install click && uv sync --no-dev',
      'uv run --no-dev python -m app',
      'error',
      'it is installed already',
    ],
    ['pip install click', 'uv run --no-sync python -m app', 'error', 'nothing is installed at the start'],
    ['pip install click', 'python -m app', 'error', 'nor here'],
  ])('RUN %s, CMD %s: a missing distribution is of severity %s', async (build, start, severity) => {
    const project = projectOf({
      Dockerfile: `FROM ghcr.io/astral-sh/uv:python3.11-bookworm-slim\nWORKDIR /app\nCOPY . .\nRUN ${build}\nCMD ${start}\n`,
      'pyproject.toml': '[project]\nname = "app"\nversion = "1"\ndependencies = ["click"]\n',
      'app/__main__.py': 'import click\nimport gone\n',
    });
    const { findings } = await reportOf(wheelsOf(serviceWheels), project);
    const found = findings.filter(({ kind }) => kind === 'missing-distribution');
    expect(found.map((one) => [one.severity, one.distributions])).toEqual([[severity, ['gone']]]);
  });

  test.each([
    ['ghcr.io/astral-sh/uv:python3.12-bookworm-slim', '3.12'],
    ['tiangolo/uvicorn-gunicorn-fastapi:python3.9', '3.9'],
    ['acme/base:2024.1-py3.10', '3.10'],
    ['python:3.11-slim', '3.11'],
  ])('the Python of %s is %s', async (base, version) => {
    const project = projectOf({
      Dockerfile: `FROM ${base}\nCOPY . .\nRUN pip install click\n`,
      'app.py': 'import click\n',
    });
    expect((await reportOf(wheelsOf(serviceWheels), project)).subject.pythonVersion).toBe(version);
  });

  test('a table for people, and the exit code that is asked for', async () => {
    const [wheels, project] = [wheelsOf(serviceWheels), projectOf(service)];
    const { stdout, code } = await deps(wheels, project, '--fail-on', 'error');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^8 Python distributions that the image would install/);
    expect(stdout).toMatch(/^warning .* only development uses pytest \(1 more comes along\)$/m);
    expect(stdout).toMatch(/fastapi==1\.0 .*# app\.py:1 imports fastapi/);
  });

  test('what was resolved is taken again for a day, unless a wheel of it is gone', async () => {
    const [wheels, project] = [wheelsOf(serviceWheels), projectOf(service)];
    const cache = { PLIMSOLL_CACHE_DIR: join(scratch(), 'cache') };
    const clicks = async (): Promise<string | undefined> => {
      const { stdout } = await depsWith(cache, wheels, project, '--all', '--no-index');
      return / click (\d\.0) /.exec(stdout)?.[1];
    };
    expect(await clicks()).toBe('1.0');
    const [newer, old] = ['click-2.0-py3-none-any.whl', 'click-1.0-py3-none-any.whl'];
    copyFileSync(join(wheelsOf({ click: { version: '2.0' } }), newer), join(wheels, newer));
    expect(await clicks()).toBe('1.0');
    rmSync(join(wheels, old));
    expect(await clicks()).toBe('2.0');
  });

  test('without bytecode where the build makes none', async () => {
    const { Dockerfile, ...rest } = service;
    const project = projectOf({
      ...rest,
      Dockerfile: (Dockerfile ?? '').replace('pip install', 'pip install --no-compile'),
    });
    const { distributions } = await reportOf(wheelsOf(serviceWheels), project);
    expect(distributions.find(({ name }) => name === 'starlette')?.ownBytes).toBeLessThan(21_000);
  });

  test('without a Dockerfile, and by the file that is named', async () => {
    const { Dockerfile: _, ...files } = service;
    const project = projectOf({ ...files, 'requirements/test.txt': 'pytest==1.0\n' });
    const wheels = wheelsOf(serviceWheels);
    expect((await reportOf(wheels, project, '--python', '3.11')).total.distributions).toBe(8);
    const named = await reportOf(wheels, project, '-r', 'requirements/test.txt');
    expect(named.distributions.map(({ name }) => name)).toEqual(['pytest', 'pluggy']);
  });

  test.each([
    [
      'uv.lock',
      'uv sync --frozen',
      'version = 1\n[[package]]\nname = "click"\nversion = "1.0"\n[[package]]\nname = "api"\nversion = "0"\nsource = { virtual = "." }\ndependencies = [{ name = "click" }]\n[package.dev-dependencies]\ndev = [{ name = "pytest" }]\n' +
        '[[package]]\nname = "pytest"\nversion = "1.0"\ndependencies = [{ name = "pluggy" }]\n[[package]]\nname = "pluggy"\nversion = "1.0"\n',
      '[project]\nname = "api"\nversion = "0"\ndependencies = ["click"]\n[dependency-groups]\ndev = ["pytest"]\n',
      ['click', 'pluggy', 'pytest'],
    ],
    [
      'poetry.lock',
      'poetry install --only main',
      '[[package]]\nname = "click"\nversion = "1.0"\ndescription = ""\noptional = false\npython-versions = ">=3.7"\nfiles = []\n\n[metadata]\nlock-version = "2.0"\npython-versions = "^3.11"\ncontent-hash = "x"\n',
      '[tool.poetry.dependencies]\npython = "^3.11"\nclick = ">=0.5"\n[tool.poetry.group.dev.dependencies]\npytest = "*"\n',
      ['click'],
    ],
  ])('%s says the versions of what `%s` installs', async (lock, install, locked, pyproject, names) => {
    const project = projectOf({
      Dockerfile: `FROM python:3.11-slim\nWORKDIR /app\nCOPY . .\nRUN ${install}\nCMD ["python", "app.py"]\n`,
      'pyproject.toml': pyproject,
      [lock]: locked,
      'app.py': 'import click\n',
    });
    const wheels = wheelsOf({ ...serviceWheels, 'click-new': {} });
    const report = await reportOf(wheels, project);
    expect(report.distributions.map(({ name }) => name).sort()).toEqual(names);
    expect(report.incomplete).toEqual([]);
    // What a lock file has chosen is not left open.
    expect(findingsOf(report)).toEqual(names.includes('pytest') ? ['development: pytest'] : []);
    const [development] = report.findings;
    if (development !== undefined) expect(development.remedy).toBe('let Dockerfile:4 run `uv sync --no-dev`');
  });

  test('libraries beside the application, in a workspace or behind -e: who asks for what, and that their modules are there', async () => {
    const library = {
      'libs/feat/pyproject.toml':
        '[project]\nname = "feat"\ndependencies = ["click"]\n[project.optional-dependencies]\nfast = ["pluggy"]\n',
      'libs/feat/feat/__init__.py': 'import click, pluggy\n',
      'app.py': 'import feat\n',
    };
    const dockerfile = (install: string): string =>
      `FROM python:3.11-slim\nWORKDIR /app\nCOPY . .\nRUN ${install}\nCMD ["python", "app.py"]\n`;
    const behind = projectOf({
      ...library,
      Dockerfile: dockerfile('pip install -r requirements.txt'),
      'requirements.txt': '-e ./libs/feat[fast]\n',
    });
    const member = projectOf({
      ...library,
      Dockerfile: dockerfile('uv sync --frozen --no-dev'),
      'pyproject.toml':
        '[project]\nname = "api"\nversion = "0"\ndependencies = ["feat[fast]"]\n[tool.uv.workspace]\nmembers = ["libs/*"]\n[tool.uv.sources]\nfeat = { workspace = true }\n',
      'uv.lock':
        'version = 1\n[[package]]\nname = "api"\nversion = "0"\nsource = { virtual = "." }\ndependencies = [{ name = "feat", extra = ["fast"] }]\n[[package]]\nname = "feat"\nversion = "0"\nsource = { editable = "libs/feat" }\ndependencies = [{ name = "click" }]\n[package.optional-dependencies]\nfast = [{ name = "pluggy" }]\n[[package]]\nname = "click"\nversion = "1.0"\n[[package]]\nname = "pluggy"\nversion = "1.0"\n',
    });
    const wheels = wheelsOf(serviceWheels);
    for (const [project, findings] of [
      [behind, ['unpinned: click pluggy']],
      [member, []],
    ] as const) {
      const report = await reportOf(wheels, project);
      const asked = report.distributions.map(({ name, requestedAt }) => `${name} ${requestedAt}`);
      expect(asked.sort()).toEqual(['click libs/feat/pyproject.toml:3', 'pluggy libs/feat/pyproject.toml:5']);
      expect(findingsOf(report)).toEqual(findings);
    }
  });

  test('a lock file is installed as it is, though a requirement of it contradicts it', async () => {
    // As after `override-dependencies` of uv.
    const project = projectOf({
      'pyproject.toml':
        '[project]\nname = "api"\nversion = "1"\ndependencies = ["web"]\n[tool.uv]\noverride-dependencies = ["click>=2"]\n',
      'uv.lock':
        'version = 1\n[[package]]\nname = "api"\nversion = "1"\nsource = { virtual = "." }\ndependencies = [{ name = "web" }]\n' +
        '[[package]]\nname = "web"\nversion = "1.0"\nsource = { registry = "https://pypi.org/simple" }\ndependencies = [{ name = "click" }]\n' +
        '[[package]]\nname = "click"\nversion = "2.0"\nsource = { registry = "https://pypi.org/simple" }\n',
      'app.py': 'import web\n',
    });
    const wheels = wheelsOf({
      web: { requires: ['click<2', 'unlisted'] },
      click: { version: '2.0' },
      unlisted: {},
    });
    const report = await reportOf(wheels, project, '--python', '3.11', '--no-index');
    expect(report.distributions.map(({ name, version }) => `${name} ${version}`)).toEqual([
      'web 1.0',
      'click 2.0',
    ]);
  });

  test('without a Dockerfile: a lock file after PEP 751, and the pip section of a Conda environment', async () => {
    const lock = projectOf({
      'pylock.toml':
        'lock-version = "1.0"\ndefault-groups = ["default"]\n[[packages]]\nname = "click"\nversion = "1.0"\nmarker = "\'default\' in dependency_groups"\n' +
        '[[packages]]\nname = "pytest"\nversion = "1.0"\nmarker = "\'test\' in dependency_groups"\n',
      'app.py': 'import click\n',
    });
    const wheels = wheelsOf(serviceWheels);
    const locked = await reportOf(wheels, lock, '--python', '3.11');
    expect(locked.distributions.map(({ name, version }) => `${name} ${version}`)).toEqual(['click 1.0']);
    expect([locked.incomplete, locked.warnings]).toEqual([[], []]);
    const conda = projectOf({
      'environment.yml':
        'name: svc\ndependencies:\n  - python=3.11\n  - pip:\n    - click==1.0\n    - -r requirements.txt\n  - pytorch::pytorch=2\n',
      'extra/requirements.txt': '',
      'app.py': 'import click\nimport torch\nimport cv2\n',
    });
    const partial = await reportOf(wheels, conda, '--python', '3.11');
    expect(partial.distributions.map(({ name, requestedAt }) => [name, requestedAt])).toEqual([
      ['click', 'environment.yml:5'],
    ]);
    expect(partial.incomplete.map(({ because }) => because)).toEqual([
      expect.stringContaining('requirements.txt'),
      expect.stringContaining('conda create'),
    ]);
    // torch is Conda's own, by the name that it has there.
    expect(findingsOf(partial)).toContain('missing-distribution: opencv-python');
    expect(findingsOf(partial).join()).not.toContain('torch');
  });

  test('a part that nobody can read is told, and nothing is clean then', async () => {
    const project = projectOf({
      Dockerfile:
        'FROM python:3.11-slim\nCOPY . .\nRUN conda install scipy\nRUN pip install click==1.0\nCMD ["python", "app.py"]\n',
      'app.py': 'import click\n',
    });
    const report = await reportOf(wheelsOf(serviceWheels), project);
    expect(report.code).toBe(3);
    expect(report.incomplete).toEqual([
      { what: 'Python', because: expect.stringContaining('conda install') },
    ]);
  });
});

describe.skipIf(!hasPip)('--fix', () => {
  test('splits, keeps comments and order, and leaves the old files in a backup; a second run changes nothing', async () => {
    const [wheels, project] = [wheelsOf(serviceWheels), projectOf(service)];
    const report = await reportOf(wheels, project, '--fix');
    const read = (path: string): string => readFileSync(join(project, path), 'utf8');
    expect(read('requirements.txt')).toBe(
      '# the web\nfastapi>=0.1\nuvicorn[standard]==1.0  # serves\nleft-over==1.0\n',
    );
    expect(read('requirements-dev.txt')).toBe('-r requirements.txt\npytest\n');
    expect(report.fix).toMatchObject({
      isWritten: true,
      paths: ['requirements.txt', 'requirements-dev.txt'],
    });
    expect(readFileSync(join(report.fix?.backup ?? '', 'requirements.txt'), 'utf8')).toBe(
      service['requirements.txt'],
    );
    // What was moved is no complaint any more.
    expect(findingsOf(report)).toEqual(['unused: left-over', 'unpinned: fastapi']);
    const again = await reportOf(wheels, project, '--fix');
    expect(again.fix).toMatchObject({ isWritten: false, paths: [], diff: '' });
    expect(findingsOf(again)).not.toContain('development: pytest');
  });

  test('of a compiled file it says that its tool brings back what was moved', async () => {
    const head =
      '# This file was autogenerated by uv via the following command:\n#    uv pip compile requirements.in -o requirements.txt\n';
    const project = projectOf({
      ...service,
      'requirements.txt': `${head}fastapi==1.0\n    # via -r requirements.in\npluggy==1.0\n    # via pytest\npytest==1.0\nstarlette==1.0\nuvicorn[standard]==1.0\n`,
    });
    const report = await reportOf(wheelsOf(serviceWheels), project, '--fix', '--dry-run', '--no-index');
    expect(report.fix?.diff).toContain('-pluggy==1.0');
    expect(report.fix?.leftAlone).toEqual([
      expect.stringContaining('`uv pip compile requirements.in -o requirements.txt` wrote the file'),
    ]);
  });

  test('--dry-run prints a diff and writes nothing', async () => {
    const project = projectOf(service);
    const { stdout } = await deps(wheelsOf(serviceWheels), project, '--fix', '--dry-run');
    expect(stdout).toMatch(/^--- a\/requirements\.txt\n\+\+\+ b\/requirements\.txt$/m);
    expect(stdout).toMatch(/^-pytest$/m);
    expect(readFileSync(join(project, 'requirements.txt'), 'utf8')).toBe(service['requirements.txt']);
    expect(existsSync(join(project, '.plimsoll'))).toBe(false);
  });

  test('of a locked list, what only a tool brings goes with it, each line with its hashes', async () => {
    const wheels = wheelsOf(serviceWheels);
    const line = (name: string): string => {
      const file = readdirSync(wheels).find((one) => one.startsWith(`${name}-`)) ?? '';
      const digest = createHash('sha256')
        .update(readFileSync(join(wheels, file)))
        .digest('hex');
      return `${name}==1.0 \\\n    --hash=sha256:${digest}\n    # via x\n`;
    };
    const locked = `# locked\n${['click', 'pluggy', 'pytest', 'uvicorn'].map(line).join('')}`;
    const project = projectOf({ ...service, 'requirements.txt': locked, 'app.py': 'import uvicorn\n' });
    const { fix } = await reportOf(wheels, project, '--fix');
    expect(fix?.leftAlone).toEqual([]);
    expect(readFileSync(join(project, 'requirements.txt'), 'utf8')).toBe(
      `# locked\n${line('click')}${line('uvicorn')}`,
    );
    expect(readFileSync(join(project, 'requirements-dev.txt'), 'utf8')).toMatch(
      /^-r requirements\.txt\npluggy==1\.0 \\\n {4}--hash=sha256:[0-9a-f]{64}\npytest==1\.0 \\\n {4}--hash=/,
    );
  });

  test('hashes that are not those of what is resolved are left alone', async () => {
    const text = `uvicorn==1.0 --hash=sha256:${'0'.repeat(64)}\npytest==1.0 --hash=sha256:${'1'.repeat(64)}\n`;
    const project = projectOf({ ...service, 'requirements.txt': text });
    const { fix } = await reportOf(wheelsOf(serviceWheels), project, '--fix');
    expect(fix).toMatchObject({ isWritten: false, paths: [] });
    expect(fix?.leftAlone.join()).toMatch(/carry hashes/);
  });
});

test
  .skipIf(!hasPip)
  .each([
    '["gunicorn", "-k", "uvicorn.workers.UvicornWorker", "app:app"]',
    '["sh", "-c", "exec gunicorn --worker-class=uvicorn.workers.UvicornWorker app:app"]',
  ])('%s uses the worker, and markers mean the newest patch of Python', async (command) => {
  const wheels = wheelsOf({
    gunicorn: { scripts: ['gunicorn'], requires: ['async-timeout; python_full_version < "3.11.3"'] },
    uvicorn: { scripts: ['uvicorn'] },
  });
  const project = projectOf({
    ...service,
    Dockerfile: `FROM python:3.11-slim\nCOPY . .\nRUN pip install -r requirements.txt\nCMD ${command}\n`,
    'requirements.txt': 'gunicorn==1.0\nuvicorn==1.0\n',
    'app.py': 'app = None\n',
    'tests/test_app.py': '',
  });
  const report = await reportOf(wheels, project);
  expect(findingsOf(report)).toEqual([]);
  expect(report.distributions.map(({ name, use }) => `${name}: ${use}`).sort()).toEqual([
    'gunicorn: used',
    'uvicorn: used',
  ]);
});

describe.skipIf(!hasPip)('hashes of a locked list', () => {
  const names = ['click', 'pluggy', 'pytest', 'uvicorn'];
  const digestOf = (wheels: string, name: string): string => {
    const file = readdirSync(wheels).find((one) => one.startsWith(`${name}-`)) ?? '';
    return createHash('sha256')
      .update(readFileSync(join(wheels, file)))
      .digest('hex');
  };
  const other = 'c'.repeat(64);
  /** A page of an index for each project, with the wheel and a file for another system. */
  function indexOf(wheels: string): string {
    const folder = scratch();
    for (const name of names) {
      mkdirSync(join(folder, name));
      const link = (file: string, digest: string): string =>
        `<a href="${file}#sha256=${digest}">${file}</a>\n`;
      const wheel = `${name}-1.0-py3-none-any.whl`;
      copyFileSync(join(wheels, wheel), join(folder, name, wheel));
      writeFileSync(
        join(folder, name, 'index.html'),
        `<!DOCTYPE html>\n${link(wheel, digestOf(wheels, name))}${link(`${name}-1.0-cp39-cp39-win32.whl`, other)}`,
      );
    }
    return `file://${folder}`;
  }
  const withIndex = async (text: string, makeIndex: (wheels: string) => string = indexOf) => {
    const wheels = wheelsOf(serviceWheels);
    const project = projectOf({ ...service, 'requirements.txt': text, 'app.py': 'import uvicorn\n' });
    const variables = { PIP_NO_INDEX: '0', PIP_FIND_LINKS: '', PIP_INDEX_URL: makeIndex(wheels) };
    const { stdout } = await depsWith(
      { ...variables, PLIMSOLL_CACHE_DIR: join(scratch(), 'cache') },
      wheels,
      ...[project, '--fix', '--json'],
    );
    // The schema of what is printed has a test of its own.
    const { fix } = JSON.parse(stdout) as { fix: { leftAlone: string[] } };
    const read = (name: string): string => readFileSync(join(project, name), 'utf8');
    return { fix, read, digest: (name: string) => digestOf(wheels, name) };
  };

  test('are those of all files of the index for lines without, and the lines move with them', async () => {
    const { fix, read, digest } = await withIndex(
      `# locked\nclick==1.0\npluggy==1.0  # for pytest\npytest==1.0 --hash=sha256:${other}\nuvicorn==1.0\n`,
    );
    expect(fix.leftAlone).toEqual([]);
    const hashes = (name: string): string =>
      [digest(name), other]
        .sort()
        .map((one) => `    --hash=sha256:${one}`)
        .join(' \\\n');
    expect(read('requirements.txt')).toBe(
      `# locked\nclick==1.0 \\\n${hashes('click')}\nuvicorn==1.0 \\\n${hashes('uvicorn')}\n`,
    );
    expect(read('requirements-dev.txt')).toBe(
      `-r requirements.txt\npluggy==1.0 \\\n${hashes('pluggy')}  # for pytest\npytest==1.0 \\\n${hashes('pytest')}\n`,
    );
  });

  test.each([
    [
      'of no file that is offered',
      `click==1.0\npluggy==1.0\npytest==1.0 --hash=sha256:${'0'.repeat(64)}\nuvicorn==1.0\n`,
      /requirements\.txt:3: its hashes are of no file of pytest 1\.0/,
    ],
    [
      'beside an open version',
      `click==1.0\npluggy==1.0\npytest==1.0 --hash=sha256:${other}\nuvicorn>=1.0\n`,
      /requirements\.txt:4: uvicorn is not pinned/,
    ],
    [
      'beside what is not listed',
      `pluggy==1.0\npytest==1.0 --hash=sha256:${other}\nuvicorn==1.0\n`,
      /click is not listed/,
    ],
  ])('%s are refused, and said', async (_, text, because) => {
    const { fix, read } = await withIndex(text);
    expect(fix).toMatchObject({ isWritten: false, paths: [] });
    expect(fix.leftAlone.join()).toMatch(because);
    expect(read('requirements.txt')).toBe(text);
  });
});

describe('what is wrong is told', () => {
  test.each<[string, readonly string[], RegExp]>([
    ['no such directory or image', ['./nowhere'], /^error: /],
    [
      'nothing that lists requirements',
      ['EMPTY'],
      /^error: .* has no Dockerfile, and lists no Python requirements\nhint: Name a requirements file/,
    ],
    ['--fix of an image', ['docker-archive:x.tar', '--fix'], /^error: --fix is for a project directory/],
    ['-r of an image', ['oci:x', '-r', 'a.txt'], /^error: --requirement is for a project directory/],
    [
      'a Python that is none',
      ['EMPTY', '--python', 'three'],
      /^error: --python must be a version such as 3\.11/,
    ],
    ['--dry-run alone', ['EMPTY', '--dry-run'], /^error: --dry-run shows what --fix would do/],
    [
      'a requirements file in place of its project',
      ['EMPTY/sub/requirements.txt'],
      /^error: .* is a file of a project/,
    ],
    [
      'two formats',
      ['EMPTY', '--json', '--format', 'markdown'],
      /^error: --json and --format markdown contradict/,
    ],
  ])('%s', async (_, args, message) => {
    const empty = projectOf({ 'readme.md': '', 'sub/requirements.txt': '' });
    const { code, stdout, stderr } = await deps(
      scratch(),
      ...args.map((arg) => arg.replace(/^EMPTY/, empty)),
    );
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(message);
  });

  test.skipIf(!hasPip)('requirements that cannot be resolved: pip says why', async () => {
    const project = projectOf({ ...service, 'requirements.txt': 'fastapi==9\n' });
    const { code, stdout, stderr } = await deps(wheelsOf(serviceWheels), project);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/error: the requirements cannot be resolved by pip[\s\S]*fastapi==9/);
    expect(stderr).toMatch(/^hint: /m);
  });

  test.skipIf(!hasPip)('a requirements file that is not there', async () => {
    const { code, stderr } = await deps(wheelsOf(serviceWheels), projectOf(service), '-r', 'other.txt');
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^error: the project has no requirements file other\.txt\nhint: .*requirements\.txt/m,
    );
  });
});

test.skipIf(!hasPip)('--fix --dry-run says so where there is nothing to change', async () => {
  const project = projectOf({ ...service, 'requirements.txt': 'fastapi\nuvicorn[standard]\n' });
  const { stdout, stderr } = await deps(wheelsOf(serviceWheels), project, '--fix', '--dry-run', '--no-index');
  expect(stdout).toBe('');
  expect(stderr).toContain('nothing to change: no requirements file holds what only development uses');
});

const mend = 'hint: Mend that file, or name a requirements file with -r.';
const manifest = '[project]\nname = "api"\ndependencies = ["flask"]\n';
test.each<[string, Readonly<Record<string, string>>, readonly string[]]>([
  ['a manifest that is broken', { 'pyproject.toml': '[project\n' }, ['pyproject.toml:1: Invalid TOML', mend]],
  ['a lock file that is broken', { 'pyproject.toml': manifest, 'poetry.lock': '[[package]]\nname = \n' }, ['poetry.lock:2: Invalid TOML', mend]],
  ['a lock file of a later format of uv', { 'pyproject.toml': manifest, 'uv.lock': 'version = 9\n' }, ['only version 1 of the format is known', mend]],
  ['one of PDM', { 'pyproject.toml': manifest, 'pdm.lock': '[metadata]\nlock_version = "9.0"\n' }, ['pdm.lock', 'only versions 2 to 4 of the format are known', mend]],
  ['one of Poetry', { 'pyproject.toml': manifest, 'poetry.lock': '[metadata]\nlock-version = "3.0"\n' }, ['only versions 1 and 2 of the format are known', mend]],
  ['one of PEP 751', { 'pylock.toml': 'lock-version = "2.0"\n' }, ['only version 1 of the format is known', mend]],
  ['a line that pip cannot read', { 'requirements.txt': 'flask==\n' }, ['requirements.txt:1: ', mend]],
  ['an environment of Conda that is broken', { 'environment.yml': 'dependencies: [numpy\n' }, ['environment.yml:', mend]],
  ['a manifest that asks for nothing', { 'pyproject.toml': '[project]\nname = "api"\nversion = "1"\n' }, ['what the project lists for production installs no Python requirements', 'hint: Name a requirements file']],
  ['nothing but setup.py', { 'setup.py': '' }, ['has no Dockerfile, and lists no Python requirements', 'hint: Name a requirements file']],
  ['a Dockerfile further down', { 'deploy/Dockerfile': 'FROM python:3.11\n' }, ['has no Dockerfile', 'hint: Name one with -f; there is deploy/Dockerfile']],
  ['what only a build tells', { Dockerfile: 'FROM python:3.11\nCOPY . .\nRUN pip install ./lib\n', 'lib/setup.py': '' }, ['line 3: what `pip install ./lib`', 'hint: Build the image']],
])('of %s it says where, and what to do', async (_, files, parts) => {
  const { code, stderr } = await deps(scratch(), projectOf(files), '--python', '3.11');
  expect(code).toBe(2);
  for (const part of parts) expect(stderr).toContain(part);
}); // biome-ignore format: a table
