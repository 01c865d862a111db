import { describe, expect, test } from 'vitest';
import { scanPythonFiles } from '../../../python/index.ts';
import { applicationSigns } from './application-signs.ts';
import { applicationUses } from './application-uses.ts';
import { hasPip, projectOf, reportOf, wheelsOf } from './fixtures/run-deps.ts';

const hosts = ['fastapi', 'sqlalchemy', 'celery', 'pandas', 'django', 'keras', 'matplotlib'];
const plugins = [
  'psycopg2-binary',
  'aiomysql',
  'pyodbc',
  'pymssql',
  'redis',
  'eventlet',
  'flower',
  's3fs',
  'gcsfs',
  'adlfs',
  'openpyxl',
  'tables',
  'jax',
  'ipympl',
  'django-filter',
  'debug-tools',
  'whitenoise',
  'python-multipart',
  'optimizers',
];
const files: Readonly<Record<string, string>> = {
  Dockerfile:
    'FROM python:3.11-slim\nENV KERAS_BACKEND=jax \\\n    DATABASE_URL=postgresql+psycopg2://app@db/app\nCOPY . /app\nRUN pip install -r /app/requirements.txt\nCMD ["python", "/app/app.py"]\n',
  'requirements.txt': `${[...hosts, ...plugins].map((name) => `${name}==1.0`).join('\n')}\n`,
  'docker-compose.yml':
    'services:\n  web: { build: ., environment: { ORDERS: "mysql+aiomysql://u@db/x" } }\n  worker: { build: ., command: celery -A app worker -P eventlet }\n  flower: { build: ., command: "celery -A app flower" }\n',
  '.env': '# MSSQL=mssql+pymssql://commented\nLEGACY=mssql+pyodbc://u:secret@h/d\n',
  'conf/train.yaml': 'optimizer:\n  _target_: optimizers.adam.Adam\n',
  'app.py': `import celery, django, fastapi, keras, matplotlib, pandas, sqlalchemy
from fastapi import UploadFile

broker = "redis://redis:6379/0"
# pandas.read_hdf("old.h5")
pandas.read_excel("a.xlsx").to_csv("s3://bucket/a.csv")
path = f"gs://{bucket}/x"
matplotlib.use("module://ipympl.backend_nbagg")
INSTALLED_APPS = [
    "django.contrib.admin",
    "django_filter",  # "adlfs",
]
LOCAL_APPS = ("debug_tools",)
MIDDLEWARE = ["whitenoise.middleware.WhiteNoiseMiddleware"]
`,
};

describe.skipIf(!hasPip)('a branch that the build arguments rule out', () => {
  test('tells neither what is installed nor for which hardware', async () => {
    const install = (from: string, name: string): string =>
      `pip install torch --index-url https://download.pytorch.org/whl/${from} && pip install ${name}`;
    const project = projectOf({
      Dockerfile: `FROM python:3.11-slim\nARG USE_CUDA=false\nRUN pip install click && if [ "$USE_CUDA" = "true" ]; then ${install('cu121', 'gpu-tool')}; else pip install cpu-tool; fi\nCOPY . .\nCMD ["python", "app.py"]\n`,
      'app.py': 'import click\nimport cpu_tool\n',
    });
    const wheels = wheelsOf({ click: {}, 'cpu-tool': {}, 'gpu-tool': {}, torch: {} });
    const report = await reportOf(wheels, project, '--no-index');
    expect(report.distributions.map(({ name }) => name).sort()).toEqual(['click', 'cpu-tool']);
    expect(report.target.device).toBe('cpu');
  });
});

describe.skipIf(!hasPip)('signs of what others load', () => {
  test('come from code, Dockerfile, compose file, .env and configuration; never from comments', async () => {
    const modules: Readonly<Record<string, readonly string[]>> = {
      whitenoise: ['whitenoise/__init__.py', 'whitenoise/middleware.py'],
      optimizers: ['optimizers/__init__.py', 'optimizers/adam.py'],
    };
    const wheels = wheelsOf(
      Object.fromEntries(
        [...hosts, ...plugins].map((name) => [
          name,
          modules[name] === undefined
            ? {}
            : { files: Object.fromEntries(modules[name].map((path) => [path, ''])) },
        ]),
      ),
    );
    const report = await reportOf(wheels, projectOf(files), '--no-index');
    const evidence = Object.fromEntries(
      report.distributions
        .filter(({ name, use }) => plugins.includes(name) && use === 'used')
        .map((row) => [row.name, row.evidence[0]?.replace(/: .*/, '')]),
    );
    expect(evidence).toEqual({
      'psycopg2-binary': 'Dockerfile:2 (DATABASE_URL) names an address of postgresql+psycopg2',
      aiomysql: 'docker-compose.yml:2 names an address of mysql+aiomysql',
      pyodbc: '.env:2 names an address of mssql+pyodbc',
      redis: 'app.py:4 names an address of redis',
      eventlet: 'docker-compose.yml (worker) starts eventlet',
      flower: 'docker-compose.yml (flower) starts flower',
      s3fs: 'app.py:6 names an address of s3',
      gcsfs: 'app.py:7 names an address of gs',
      openpyxl: 'app.py:6 calls read_excel',
      jax: 'Dockerfile:2 sets KERAS_BACKEND=jax',
      ipympl: 'app.py:8 names ipympl',
      'django-filter': 'app.py:11 names django_filter',
      'debug-tools': 'app.py:13 names debug_tools',
      whitenoise: 'app.py:14 names whitenoise.middleware.WhiteNoiseMiddleware',
      'python-multipart': 'app.py:2 imports fastapi',
      optimizers: 'conf/train.yaml:2 names optimizers.adam.Adam',
    });
    // Nothing of an address but its scheme is shown.
    expect(JSON.stringify(report)).not.toContain('secret');
  });
});

test.each([
  ['a method of what another module made', 'frame.plot(x="a")\n', 'plot'],
  ['an imported function', 'from pandas import read_excel\nread_excel("a.xlsx")\n', 'read_excel'],
  ['a function of the file itself', 'def plot(rng):\n    return rng\nplot(3)\n', undefined],
  ['a definition alone', 'class Sheet:\n    async def read_excel(self): ...\n', undefined],
  ['a method beside a definition of the name', 'def plot(frame):\n    frame.plot()\n', 'plot'],
])('calls of functions that the knowledge asks about: %s', (_case, text, call) => {
  const { calls } = applicationSigns({
    texts: [{ path: 'app.py', text }],
    configTexts: [],
    startWords: [],
    variables: [],
  });
  expect([...calls.keys()]).toEqual(call === undefined ? [] : [call]);
});

test.each([
  ['celery -A app worker\n', ['celery'], 'a line'],
  [
    'set -e\nexec gunicorn app:app && python -m alembic upgrade head\n',
    ['set', 'gunicorn', 'python', 'alembic'],
    'commands of a line, a module',
  ],
  ['PORT=1 /opt/venv/bin/daphne app\n', ['daphne'], 'behind variables, by its path'],
  ['# celery worker\necho "run celery"\n', ['echo'], 'no comments, no arguments'],
  ['cat <<EOF\ncelery -A app worker\nEOF\n', ['cat'], 'a text that is printed'],
  ['exec gunicorn \\\n  --bind :80 \\\n  alembic:app\n', ['gunicorn'], 'one command over lines'],
  ['if [ -n "$DEV" ]; then celery worker; else echo no; fi\n', ['[', 'celery', 'echo'], 'in branches'],
  ['"$VENV/bin/celery" worker\n', ['celery'], 'in quotes, by its path'],
  ['sh -c "sleep 1; celery worker"\n', ['sleep', 'celery'], 'what another shell reads'],
  ['poetry run celery worker\n', ['poetry', 'celery'], 'by a tool of projects'],
  ['wait-for-it db:5432 -- celery worker\n', ['wait-for-it', 'celery'], 'by a script that waits'],
  ['if celery\n', ['if', 'celery'], 'what no shell reads may call all that it names'],
])('programs of a script: %j', async (text, names) => {
  const uses = applicationUses({
    sources: await scanPythonFiles([]),
    application: { sources: [], buildSources: [] },
    texts: [],
    configTexts: [],
    startWords: [],
    variables: [],
    scripts: [{ path: 'run.sh', text }],
  });
  expect([...uses.mayStart.keys()].sort()).toEqual([...names].sort());
});
