import { describe, expect, test } from 'vitest';
import { api, type Files, file, idsOf, projectOf, reportOf } from './fixtures/run-command.ts';

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
  [
    'a check in the Dockerfile whose program is missing',
    {
      ...api,
      Dockerfile: `${api.Dockerfile}HEALTHCHECK CMD curl -f http://localhost:8080/health || exit 1\n`,
    },
    'http://127.0.0.1:8080/health',
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

const shop = {
  Dockerfile: 'FROM python:3.12-slim\nCOPY . .\nCMD gunicorn shop.wsgi -b 0.0.0.0:8000\n',
  'shop/wsgi.py': 'import os\n\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")\n',
  'shop/urls.py':
    'from django.urls import path\n\nurlpatterns = [path("healthz", lambda r: HttpResponse("ok"))]\n',
};
const shopSettings = (hosts: string): Files => ({
  'shop/settings.py': `import os\n\nROOT_URLCONF = "shop.urls"\nALLOWED_HOSTS = ${hosts}\n`,
});
const hostsOfEnvironment = shopSettings('os.environ.get("HOSTS", "*").split(",")');
const shopService = (more: string): Files => ({
  'compose.yaml': `services:\n  web:\n    build: .\n    ${more}\n`,
});

test.each<[string, Files, string, RegExp]>([
  ['all hosts', shopSettings('["*"]'), 'http://127.0.0.1:8000/healthz', /shop\/urls\.py:3 answers \/healthz/],
  ['localhost alone', shopSettings('["localhost"]'), 'http://localhost:8000/healthz', /lets localhost in/],
  [
    'other hosts',
    shopSettings('["shop.example"]'),
    "create_connection(('127.0.0.1', 8000)",
    /ALLOWED_HOSTS \(shop\/settings\.py:4\) turns away a call of \/healthz .*: add 127\.0\.0\.1 to it/,
  ],
  [
    'hosts of the compose file',
    { ...hostsOfEnvironment, ...shopService('environment: { HOSTS: "a,localhost" }') },
    'http://localhost:8000/healthz',
    /lets localhost in/,
  ],
  [
    'hosts of an environment file',
    { ...hostsOfEnvironment, ...shopService('env_file: web.env'), 'web.env': 'HOSTS=a\n' },
    'create_connection',
    /turns away/,
  ],
  [
    'hosts of an environment file that is not there',
    { ...hostsOfEnvironment, ...shopService('env_file: web.env') },
    'create_connection',
    /is not known/,
  ],
  [
    'hosts of the environment of Compose',
    { ...hostsOfEnvironment, ...shopService('environment: [HOSTS]') },
    'create_connection',
    /is not known/,
  ],
])('the health of a Django service that lets in %s', async (_, files, check, reason) => {
  const report = await reportOf(projectOf({ ...shop, ...files }));
  expect(report.diff).toContain(check);
  expect(report.changes.find(({ id }) => id === 'health-check')?.reason).toMatch(reason);
});

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
    [
      'command: bash -c "python migrate.py && uvicorn app:app --port 8092"',
      ':8092/health',
      'quotes hold words together',
    ],
    [
      'entrypoint: uvicorn\n    command: [app:app, --port, "8093"]',
      ':8093/health',
      'two parts make the command',
    ],
    ['command: >\n      uvicorn app:app\n      --port 8094', ':8094/health', 'lines are folded'],
    ['entrypoint: []\n    command: uvicorn app:app --port 8095', ':8095/health', 'an empty entrypoint'],
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

describe('a published port', () => {
  const published = (command: string): string => `services: {a: {build: ., ports: ["80:80"], ${command}}}\n`;
  const gradio = 'import gradio as gr\n\ngr.Interface(f).launch()\n';
  const script = { Dockerfile: 'FROM python:3.12\nCMD ["python", "app.py"]\n', 'app.py': gradio };

  const served = (options: string): Files => ({
    ...script,
    'app.py': `import uvicorn\nuvicorn.run("main:app", ${options})\n`,
    'compose.yaml': published('tty: true'),
  });

  test.each<[Files, string | undefined]>([
    [{ ...api, 'compose.yaml': published('tty: true') }, 'uvicorn listens on 127.0.0.1 alone'],
    [{ ...api, 'compose.yaml': published('environment: {UVICORN_HOST: 0.0.0.0}') }, undefined],
    [{ ...api, 'compose.yaml': published('command: uvicorn app:app --host 0.0.0.0') }, undefined],
    [
      { ...api, 'compose.yaml': published('command: uvicorn app:app --host=localhost') },
      'uvicorn listens on localhost alone',
    ],
    [{ ...api, 'compose.yaml': published('command: gunicorn app:app -b 0.0.0.0:80') }, undefined],
    [{ ...script, 'compose.yaml': published('tty: true') }, 'app.py:3 listens on 127.0.0.1 alone'],
    [{ ...script, 'compose.yaml': published('environment: [GRADIO_SERVER_NAME=0.0.0.0]') }, undefined],
    [{ ...script, 'compose.yaml': 'services: {a: {build: .}}\n' }, undefined],
    [served('port=80'), 'app.py:2 listens on 127.0.0.1 alone'],
    [served('port=80, host="localhost"'), 'app.py:2 listens on localhost alone'],
    [served('host="0.0.0.0", port=80'), undefined],
    [served('host=settings.host, port=80'), undefined],
    [served('port=80, **settings'), undefined],
  ])('%#: %j', async (files, fault) => {
    const { leftAlone } = await reportOf(projectOf(files));
    const found = leftAlone.find(({ id }) => id === 'ports')?.because;
    if (fault === undefined) expect(found).toBeUndefined();
    else expect(found).toContain(fault);
  });

  test('in a new file says so too', async () => {
    const { changes } = await reportOf(projectOf(script));
    expect(changes.find(({ id }) => id === 'ports')?.reason).toMatch(
      /^the service listens on port 7860; but app\.py:3 listens on 127\.0\.0\.1 alone, .*GRADIO_SERVER_NAME/,
    );
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

  test('of a stage that the image takes nothing from is not evidence', async () => {
    const folder = projectOf({
      Dockerfile: `FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nRUN nvcc --version\n\n${Dockerfile.replace('FROM python:3.12', 'FROM python:3.12 AS service')}`,
      'train.py': 'print(1)\n',
      'compose.yaml': 'services: {a: {build: .}}\n',
    });
    const { changes, leftAlone } = await reportOf(folder);
    expect(JSON.stringify([changes, leftAlone])).not.toContain('nvidia');
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

test('the command and the user of the stage that is built count', async () => {
  const Dockerfile = `${api.Dockerfile.replace('FROM python:3.12-slim', 'FROM python:3.12-slim AS production')}FROM production AS test\nUSER ci\nCMD ["pytest"]\n`;
  const report = await reportOf(projectOf({ ...api, Dockerfile }));
  expect(idsOf(report)).toEqual(['build-target', 'platform', 'ports', 'model-cache', 'health-check']);
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
