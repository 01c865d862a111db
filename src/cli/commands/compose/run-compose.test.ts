import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { parse } from 'yaml';
import { runProcess } from '../../../base/index.ts';
import type { ComposeReport } from '../../../report/index.ts';
import { main } from '../../main.ts';

interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

type Files = Readonly<Record<string, string>>;

function projectOf(files: Files): string {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-compose-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

/** Runs the command in this process, as its shell would. */
async function compose(folder: string, ...args: readonly string[]): Promise<Run> {
  const written = { stdout: '', stderr: '' };
  const spies = (['stdout', 'stderr'] as const).map((name) =>
    vi.spyOn(process[name], 'write').mockImplementation((text) => {
      written[name] += String(text);
      return true;
    }),
  );
  try {
    const code = await main(['compose', folder, ...args], new AbortController().signal);
    return { ...written, code };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

async function reportOf(
  folder: string,
  ...args: readonly string[]
): Promise<ComposeReport & { code: number }> {
  const { stdout, stderr, code } = await compose(folder, '--json', ...args);
  expect(stderr).toBe('');
  // The schema of what is printed has a test of its own.
  return { ...(JSON.parse(stdout) as ComposeReport), code };
}

const idsOf = (report: ComposeReport, service?: string): string[] =>
  report.changes.flatMap((one) => (service === undefined || one.service === service ? [one.id] : []));

const api = {
  Dockerfile: 'FROM python:3.12-slim\nWORKDIR /app\nCOPY . .\nCMD ["uvicorn", "app:app", "--port", "8080"]\n',
  'app.py':
    'from fastapi import FastAPI\nfrom transformers import pipeline\n\napp = FastAPI()\n\n@app.get("/health")\ndef health():\n    return {}\n',
};
const file = '# ours\nservices:\n  api:\n    build: .\n    ports: ["80:8080"]   # public\n';

test('shows the change with its reasons, writes nothing, and git applies the diff', async () => {
  const folder = projectOf({ ...api, 'compose.yaml': file });
  const { code, stdout } = await compose(folder);
  expect(code).toBe(1);
  expect(stdout).toMatch(
    /^3 changes for compose\.yaml: api \(Dockerfile\)\n\n--- a\/compose\.yaml\n\+\+\+ b\/compose\.yaml\n/,
  );
  expect(stdout).toContain('health-check: app.py:7 answers /health');
  expect(stdout).toMatch(/\n\nplimsoll compose --fix writes compose\.yaml\.\n$/);
  expect(readFileSync(join(folder, 'compose.yaml'), 'utf8')).toBe(file);
  const applied = await runProcess('git', ['apply', '-'], { cwd: folder, input: stdout });
  expect([applied.code, applied.stderr]).toEqual([0, '']);
  const again = await compose(folder);
  expect([again.code, again.stdout]).toEqual([
    0,
    expect.stringMatching(/^compose\.yaml needs no change: api/),
  ]);
});

test.each(['--fix', '--write'])(
  '%s writes once, keeps the mode, and leaves nothing else behind',
  async (option) => {
    const folder = projectOf({ ...api, 'compose.yaml': file });
    chmodSync(join(folder, 'compose.yaml'), 0o640);
    const first = await reportOf(folder, option);
    expect([first.code, first.isWritten, idsOf(first)]).toEqual([
      0,
      true,
      ['platform', 'model-cache', 'health-check'],
    ]);
    const written = readFileSync(join(folder, 'compose.yaml'), 'utf8');
    expect(written.startsWith(file)).toBe(true);
    expect(statSync(join(folder, 'compose.yaml')).mode & 0o777).toBe(0o640);
    expect(readdirSync(folder).sort()).toEqual(['Dockerfile', 'app.py', 'compose.yaml']);
    const second = await reportOf(folder, option);
    expect([second.code, second.isWritten, second.diff]).toEqual([0, false, '']);
  },
);

test('without a compose file a new one is made', async () => {
  const folder = projectOf(api);
  const { code, isNew, diff } = await reportOf(folder);
  expect([code, isNew, diff.startsWith('--- /dev/null\n+++ b/compose.yaml\n')]).toEqual([1, true, true]);
  await compose(folder, '--fix', '--memory', '2g', '--platform', 'linux/arm64');
  expect(parse(readFileSync(join(folder, 'compose.yaml'), 'utf8')).services.app).toMatchObject({
    build: '.',
    platform: 'linux/arm64',
    ports: ['8080:8080'],
    volumes: ['model-cache:/models'],
    deploy: { resources: { limits: { memory: '2g' } } },
  });
});

/** A project and what the first service gets for a check. */
const served: readonly (readonly [string, Files, string | undefined])[] = [
  [
    'Streamlit',
    { Dockerfile: 'FROM python:3.12\nCMD ["streamlit", "run", "app.py"]\n', 'app.py': 'import streamlit\n' },
    'http://127.0.0.1:8501/_stcore/health',
  ],
  [
    'Streamlit with settings',
    {
      Dockerfile: 'FROM python:3.12\nCMD streamlit run app.py\n',
      'app.py': 'import streamlit\n',
      '.streamlit/config.toml': '[server]\nport = 80\nbaseUrlPath = "/ui/"\n',
    },
    'http://127.0.0.1:80/ui/_stcore/health',
  ],
  [
    'Streamlit with a variable in the compose file',
    {
      Dockerfile: 'FROM python:3.12\nCMD ["streamlit", "run", "app.py"]\n',
      'app.py': 'import streamlit\n',
      'compose.yaml': 'services: {ui: {build: ., environment: [STREAMLIT_SERVER_PORT=8080]}}\n',
    },
    'http://127.0.0.1:8080/_stcore/health',
  ],
  [
    'Gradio',
    {
      Dockerfile: 'FROM python:3.12\nEXPOSE 80\nCMD ["python", "app.py"]\n',
      'app.py': 'import gradio as gr\n\ngr.Interface(f).launch(server_name="0.0.0.0")\n',
    },
    'http://127.0.0.1:7860/',
  ],
  [
    'Gradio with a variable',
    {
      Dockerfile: 'FROM python:3.12\nENV GRADIO_SERVER_PORT=7000\nCMD ["python", "app.py"]\n',
      'app.py': 'import gradio as gr\n\ngr.Interface(f).launch()\n',
    },
    'http://127.0.0.1:7000/',
  ],
  [
    'Flask, its port in an environment file',
    {
      Dockerfile: 'FROM python:3.12\nCMD ["python", "app.py"]\n',
      'app.py':
        'import os\nfrom flask import Flask\n\napp = Flask(__name__)\n\n@app.route("/healthz")\ndef ok():\n    return ""\n\napp.run(port=int(os.environ.get("PORT", 5000)))\n',
      'compose.yaml': 'services: {ui: {build: ., env_file: .env}}\n',
      '.env': 'PORT="5050"\n',
    },
    'http://127.0.0.1:5050/healthz',
  ],
  [
    'Django behind gunicorn',
    {
      Dockerfile: 'FROM python:3.12\nCMD gunicorn site.wsgi:application -b 0.0.0.0:8001\n',
      'site/wsgi.py': 'import django\n',
    },
    "('127.0.0.1', 8001)",
  ],
  [
    'hosts that are checked',
    {
      ...api,
      'app.py': `${api['app.py']}app.add_middleware(TrustedHostMiddleware, allowed_hosts=["example.com"])\n`,
    },
    "('127.0.0.1', 8080)",
  ],
  [
    'TLS',
    { ...api, Dockerfile: `${api.Dockerfile.slice(0, -2)}, "--ssl-keyfile", "k"]\n` },
    "('127.0.0.1', 8080)",
  ],
  [
    'a command of the compose file',
    { ...api, 'compose.yaml': 'services: {a: {build: ., command: uvicorn app:app --port 9000}}\n' },
    'http://127.0.0.1:9000/health',
  ],
  ['a check in the Dockerfile', { ...api, Dockerfile: `${api.Dockerfile}HEALTHCHECK CMD true\n` }, undefined],
  [
    'a worker',
    { ...api, 'compose.yaml': 'services: {w: {build: ., command: celery -A app worker}}\n' },
    undefined,
  ],
  [
    'a job',
    { Dockerfile: 'FROM python:3.12\nCMD ["python", "job.py"]\n', 'job.py': 'print(1)\n' },
    undefined,
  ],
];

test.each(served)('the health of %s', async (_, files, check) => {
  const report = await reportOf(projectOf(files));
  expect(report.diff.includes('healthcheck')).toBe(check !== undefined);
  expect(report.diff).toContain(check ?? '');
});

describe('what serves', () => {
  const stack = {
    ...api,
    Dockerfile: 'FROM python:3.12-slim\nCOPY . .\nEXPOSE 8080\nCMD ["./start.sh"]\n',
    'start.sh':
      '#!/bin/sh\nset -e\n# uvicorn old:app --port 1\npython migrate.py\nexec uvicorn app:app \\\n  --host 0.0.0.0 --port "${PORT:-8090}"\n',
    'worker.py': 'import redis\n',
  };
  const services = (command: string): Files => ({
    ...stack,
    'compose.yaml': `services:\n  a:\n    build: .\n    ${command}\n`,
  });

  test.each([
    ['init: true', 'http://127.0.0.1:8090/health', 'the script tells'],
    ['environment: {PORT: 8091}', 'http://127.0.0.1:8091/health', 'with a variable'],
    ['command: celery -A app worker', undefined, 'a worker listens nowhere, whatever EXPOSE says'],
    ['command: python worker.py', undefined, 'nor does a script that does not'],
    ['command: sleep infinity', undefined, 'nor what is no service'],
    [
      'command: python worker.py\n    ports: ["81:8000"]',
      "('127.0.0.1', 8000)",
      'unless its port is published',
    ],
  ])('%s: %s, as %s', async (line, check, _why) => {
    const { diff } = await reportOf(projectOf(services(line)));
    expect(diff.includes('healthcheck')).toBe(check !== undefined);
    expect(diff).toContain(check ?? '');
  });

  test('what is not known to run needs no model cache, shared memory or GPU', async () => {
    const heavy = 'import torch\nimport vllm\nfrom transformers import pipeline\n\ntorch.zeros(1).cuda()\n';
    const report = await reportOf(
      projectOf({ ...services('command: bash'), 'app.py': heavy, 'worker.py': heavy }),
    );
    expect(idsOf(report)).toEqual(['platform']);
  });

  test.each([
    ['[CMD, curl, -f, "http://localhost/"]', 'python:3.12-slim', true],
    ['wget -q localhost || exit 1', 'python:3.12-slim-bookworm', true],
    ['[CMD, curl, -f, "http://localhost/"]', 'python:3.12', false],
    ['[CMD, curl, -f, "http://localhost/"]', 'python:3.12-slim\nRUN apt-get install -y curl', false],
    ['[CMD, python, check.py]', 'python:3.12-slim', false],
  ])('a check of %s in %s', async (check, base, isFault) => {
    const files = {
      ...services(`healthcheck: {test: ${check}}`),
      Dockerfile: `FROM ${base}\nCOPY . .\nCMD ["./start.sh"]\n`,
    };
    const report = await reportOf(projectOf(files));
    expect(report.leftAlone.some(({ because }) => /its check calls (curl|wget)/.test(because))).toBe(isFault);
    expect(idsOf(report)).not.toContain('health-check');
  });
});

describe('the GPU', () => {
  const cuda = { 'train.py': 'import torch\n\nmodel = torch.nn.Linear(1, 1).cuda()\n' };
  const Dockerfile = 'FROM python:3.12\nCOPY . .\nCMD ["python", "train.py"]\n';
  const guarded = {
    'train.py': 'import torch\n\nif torch.cuda.is_available():\n    x = torch.zeros(1).cuda()\n',
  };

  test('is reserved where the service uses it, and not for the service beside it', async () => {
    const folder = projectOf({
      'gpu/Dockerfile': Dockerfile,
      'gpu/train.py': cuda['train.py'],
      'cpu/Dockerfile': Dockerfile,
      'cpu/train.py': 'print(1)\n',
      'compose.yaml': 'services:\n  train:\n    build: gpu\n  report:\n    build: cpu\n',
    });
    const report = await reportOf(folder);
    expect([idsOf(report, 'train'), idsOf(report, 'report')]).toEqual([['platform', 'gpus'], ['platform']]);
  });

  test('of another service is not evidence', async () => {
    const folder = projectOf({
      Dockerfile,
      'train.py': 'print(1)\n',
      'compose.yaml': 'services:\n  a:\n    build: .\n  b:\n    image: x\n    gpus: all\n',
    });
    expect(idsOf(await reportOf(folder))).toEqual(['platform']);
  });

  test.each([
    ['FROM rocm/pytorch:latest', 'gpus', /^it is for AMD: Dockerfile:1 /, 'platform: linux/amd64'],
    ['FROM nvcr.io/nvidia/l4t-pytorch:r35', undefined, /./, 'platform: linux/arm64'],
    ['FROM --platform=linux/arm64 python:3.12', undefined, /./, 'platform: linux/arm64'],
  ])('%s', async (from, leftAlone, reason, line) => {
    const files = {
      ...cuda,
      Dockerfile: `${from}\nCMD ["python", "train.py"]\n`,
      'compose.yaml': 'services: {a: {build: .}}\n',
    };
    const report = await reportOf(projectOf(files));
    expect(report.diff).toContain(line);
    const found = report.leftAlone.find(({ id }) => id === 'gpus');
    expect(found?.id).toBe(leftAlone);
    expect(found?.because ?? 'none').toMatch(reason);
  });

  test.each([
    [guarded, [], 'a hint only', ['platform']],
    [guarded, ['--target', 'gpu'], 'as asked', ['platform', 'gpus']],
    [cuda, ['--target', 'cpu'], 'as asked', ['platform']],
  ])('%#: %j', async (files, args, _why, ids) => {
    const report = await reportOf(
      projectOf({ Dockerfile, ...files, 'compose.yaml': 'services: {a: {build: .}}\n' }),
      ...args,
    );
    expect(idsOf(report)).toEqual(ids);
    const hint = report.leftAlone.some(({ id }) => id === 'gpus');
    expect(hint).toBe(args.length === 0);
  });

  test.each([
    [
      { 'docker-compose.gpu.yml': 'services: {a: {gpus: all}}\n' },
      'image: x',
      /^docker-compose\.gpu\.yml gives it/,
    ],
    [{}, '# gpus: all', /^line 4 has it as a comment/],
    [{ 'compose.gpu.yaml': 'services: {other: {gpus: all}}\n' }, 'image: x', undefined],
  ])('that its owner switches on, %j %s, stays with the owner', async (files, line, reason) => {
    const text = `services:\n  a:\n    build: .\n    ${line}\n  b:\n    image: y\n    # runtime: nvidia\n`;
    const report = await reportOf(projectOf({ Dockerfile, ...cuda, ...files, 'compose.yaml': text }));
    expect(idsOf(report)).toEqual(reason === undefined ? ['platform', 'gpus'] : ['platform']);
    const found = report.leftAlone.find(({ id }) => id === 'gpus')?.because;
    if (reason === undefined) expect(found).toBeUndefined();
    else expect(found).toMatch(reason);
  });

  test('the CPU service of one image that another service runs on the GPU stays one', async () => {
    const folder = projectOf({
      Dockerfile,
      ...cuda,
      'compose.yaml': 'services:\n  a:\n    build: .\n  a-gpu:\n    build: .\n    gpus: all\n',
    });
    const report = await reportOf(folder);
    expect([idsOf(report, 'a'), idsOf(report, 'a-gpu')]).toEqual([['platform'], ['platform']]);
    expect(report.leftAlone.find(({ id }) => id === 'gpus')?.because).toMatch(
      /^a-gpu is the service of the same image/,
    );
  });
});

describe('the stage to build', () => {
  const python = 'FROM python:3.12 AS base\nCOPY . .\nCMD ["python", "job.py"]\n';
  const job = { 'job.py': 'print(1)\n', 'compose.yaml': 'services: {a: {build: .}}\n' };
  test.each([
    [`${python}FROM base AS production\nFROM base AS test\n`, [], 'target: production'],
    [`${python}FROM base AS cpu\nFROM base AS gpu\n`, [], 'target: cpu'],
    [`${python}FROM base AS gpu\nFROM base AS cpu\n`, ['--target', 'gpu'], 'target: gpu'],
    [`${python}FROM base AS test\nFROM base AS production\n`, [], undefined],
    [`${python}FROM base AS one\nFROM base AS test\n`, [], undefined],
    [python, [], undefined],
  ])('%j', async (Dockerfile, args, line) => {
    const { diff } = await reportOf(projectOf({ Dockerfile, ...job }), ...args);
    expect(/target: \w+/.exec(diff)?.[0]).toBe(line);
  });
});

test('workers need shared memory', async () => {
  const folder = projectOf({
    Dockerfile: 'FROM python:3.12\nCMD ["python", "t.py"]\n',
    't.py': 'from torch.utils.data import DataLoader\n\nDataLoader(x, num_workers=2)\n',
  });
  const report = await reportOf(folder);
  expect(report.diff).toContain('+    shm_size: 1gb\n');
  expect(report.changes.find(({ id }) => id === 'shared-memory')?.reason).toMatch(/^t\.py:3: /);
});

describe('limits', () => {
  const container = (name: string, limits: string): string =>
    `kind: Deployment\nspec:\n  template:\n    spec:\n      containers:\n        - name: ${name}\n          resources: {limits: ${limits}}\n`;
  const both = { 'cpus: "0.5"': true, 'memory: "2g"': true };

  test.each<[Files, Readonly<Record<string, boolean>>, string]>([
    [{ 'k8s/api.yaml': container('api', '{memory: 2Gi, cpu: 500m}') }, both, 'the container has its name'],
    [{ 'deploy/x.yml': container('x', '{memory: 2Gi, cpu: 0.5}') }, both, 'it is the only one'],
    [
      { 'k8s/a.yaml': `${container('x', '{memory: 1Gi}')}---\n${container('api', '{memory: 2Gi}')}` },
      { 'memory: "2g"': true, cpus: false },
      'the name tells',
    ],
    [{ 'k8s/a.yaml': container('api', '{memory: 2G}') }, { 'memory: "2000000000b"': true }, 'thousands'],
    [
      { 'k8s/a.yaml': container('x', '{memory: 1Gi}'), 'k8s/b.yaml': container('y', '{memory: 1Gi}') },
      { limits: false },
      'which is meant is not clear',
    ],
    [
      {
        'k8s/dev.yaml': container('api', '{memory: 1Gi}'),
        'k8s/prod.yaml': container('api', '{memory: 9Gi}'),
      },
      { limits: false },
      'they differ',
    ],
    [
      { 'k8s/api.yaml': container('api', '{memory: 2Gi}'), '.dockerignore': 'k8s\n' },
      { 'memory: "2g"': true },
      'also where builds do not see it',
    ],
    [{ 'k8s/a.yaml': container('{{ name }}', '{memory: 1Gi}') }, { limits: false }, 'a template'],
    [{ 'other/a.yaml': container('api', '{memory: 1Gi}') }, { limits: false }, 'no manifest by its place'],
  ])('%#: %j', async (files, expected) => {
    const { diff } = await reportOf(projectOf({ ...api, ...files, 'compose.yaml': file }));
    for (const [text, isThere] of Object.entries(expected))
      expect([text, diff.includes(text)]).toEqual([text, isThere]);
  });
});

describe('which services', () => {
  const two = 'services:\n  api:\n    build: .\n  twin:\n    build: .\n  db:\n    image: postgres\n';

  test.each([
    [['--service', 'twin'], ['twin']],
    [
      ['--service', 'twin', '--service', 'api'],
      ['api', 'twin'],
    ],
  ])('%j', async (args, names) => {
    const report = await reportOf(projectOf({ ...api, 'compose.yaml': two }), ...args);
    expect(report.services.map(({ name }) => name)).toEqual(names);
  });

  test.each([
    [two, [], 'api and twin are built and started alike', 'two that are alike'],
    [two, ['--service', 'tiwn'], 'There is no service tiwn', 'no such name'],
    [two, ['--service', 'db'], 'The service db is not built', 'an image'],
    ['services: {a: {build: https://example.com/x.git}}', [], 'builds no service from', 'another place'],
    ['services: {a: {build: {context: ., target: nope}}}', [], 'nope', 'no such stage'],
    [
      'services: {a: {extends: {file: no.yaml, service: b}, build: .}}',
      [],
      'could not be read',
      'unknown base',
    ],
    ['services: {a: {build: {context: ., dockerfile: Nope}}}', [], 'there is no Dockerfile', 'no Dockerfile'],
    ['services: {a: {build: {dockerfile_inline: "FROM x"}}}', [], 'stands in the compose file', 'inline'],
  ])('%j %j is an error: %s', async (text, args, message, _why) => {
    const folder = projectOf({ ...api, 'compose.yaml': text });
    const { code, stdout, stderr } = await compose(folder, '--fix', ...args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(message);
    expect(readFileSync(join(folder, 'compose.yaml'), 'utf8')).toBe(text);
  });

  test('a compose file in a folder of its own builds from the folder above', async () => {
    const folder = projectOf({
      'app/Dockerfile': api.Dockerfile,
      'app/app.py': api['app.py'],
      'app/deploy/compose.yaml': 'services: {api: {build: ..}}\n',
    });
    const report = await reportOf(join(folder, 'app', 'deploy'));
    expect(idsOf(report)).toEqual(['platform', 'model-cache', 'health-check']);
  });

  test('what is not Python is passed over, and so is what only an override has', async () => {
    const folder = projectOf({
      ...api,
      'web/Dockerfile': 'FROM node\n',
      'compose.yaml': 'include: [other.yaml]\nservices:\n  api: {build: ., platform: x}\n',
      'compose.override.yaml':
        'services:\n  api: {healthcheck: {disable: true}}\n  debug: {build: ., command: bash}\n',
      'other.yaml': 'services: {}\n',
    });
    const report = await reportOf(folder);
    expect(idsOf(report)).toEqual(['model-cache']);
    expect(report.passedOver.map(({ what }) => what)).toEqual(['debug', 'include']);
  });
});

test.each([
  [
    'services:\n  a:\n    build: .\n    port: []\n',
    /^error: compose\.yaml:4: services\.a\.port: .*\(is ports meant\?\)/,
  ],
  ['services: [\n', /^error: compose\.yaml:\d: /],
  [
    'services:\n  a: {build: {context: 3}}\n',
    /^error: compose\.yaml:2: services\.a\.build must be text or a map|^error: compose\.yaml:2: services\.a\.build\.context must be text/,
  ],
])('%j is refused with its line', async (text, message) => {
  const folder = projectOf({ ...api, 'compose.yaml': text });
  const { code, stdout, stderr } = await compose(folder, '--fix');
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(message);
  expect(readFileSync(join(folder, 'compose.yaml'), 'utf8')).toBe(text);
});

test('a Dockerfile elsewhere is named by the option that this command has', async () => {
  const folder = projectOf({ 'docker/Dockerfile': api.Dockerfile, 'app.py': '' });
  const { code, stderr } = await compose(folder);
  expect([code, stderr]).toEqual([
    2,
    expect.stringContaining('Name one with --dockerfile; there is docker/Dockerfile.'),
  ]);
  const report = await reportOf(folder, '--dockerfile', 'docker/Dockerfile');
  expect(report.diff).toContain('+      dockerfile: docker/Dockerfile\n');
});

test.each([
  [['--port', '0'], '--port must be 1 at least'],
  [['--memory', '4'], '--memory must be a size with its unit'],
  [['--cpus', '0'], '--cpus must be a number above 0'],
  [['--platform', 'linux/a b'], 'is no platform'],
  [['--service', 'a'], 'There is no compose file'],
  [['--file', 'no.yaml'], 'cannot read the compose file'],
])('%j is refused: %s', async (args, message) => {
  const { code, stderr } = await compose(projectOf(api), ...args);
  expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
});

test('a named file is read and written', async () => {
  const folder = projectOf({
    ...api,
    'deploy/prod.yaml': 'services: {api: {build: {context: ..}}}\n',
    'compose.yaml': '[',
  });
  const report = await reportOf(
    folder,
    '-f',
    'deploy/prod.yaml',
    '--fix',
    '--health',
    '/ready',
    '--port',
    '81',
  );
  expect([report.code, report.file]).toEqual([0, 'deploy/prod.yaml']);
  expect(readFileSync(join(folder, 'deploy/prod.yaml'), 'utf8')).toContain('http://127.0.0.1:81/ready');
});
