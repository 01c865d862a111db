import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, inject, onTestFinished, test } from 'vitest';
import { type RunResult, runProcess } from '../../../base/index.ts';

const main = inject('program');

function projectOf(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-explain-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

async function explain(folder: string, ...args: readonly string[]): Promise<RunResult> {
  // An engine that is not there: a plan needs none.
  const env = { NO_COLOR: '1', DOCKER_HOST: `unix://${folder}/nobody.sock` };
  return runProcess(process.execPath, [main, 'slim', folder, '--explain', ...args], { env });
}

const api = {
  Dockerfile: `FROM python:3.12
WORKDIR /app
ARG GIT_TOKEN
COPY . .
RUN pip install -r requirements.txt "git+https://\${GIT_TOKEN}@github.com/acme/models.git"
RUN useradd app && chown -R app:app /app
USER app
CMD ["uvicorn", "main:app", "--port", "8000"]
`,
  'main.py': 'from fastapi import FastAPI\napp = FastAPI()\n',
  'requirements.txt': 'fastapi\nuvicorn\n',
};

test('prints each edit as a diff with its reason, risk and sources, and writes nothing', async () => {
  const folder = projectOf(api);
  const { stdout, stderr, code } = await explain(folder);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toContain('Run on the slim variant of the same Python  slim-base');
  expect(stdout).toContain('source docs/edits.md#slim-base');
  expect(stdout).toMatch(/^ {3}-FROM python:3\.12$/m);
  expect(stdout).toMatch(/^ {3}\+FROM python:3\.12-slim$/m);
  expect(stdout).toContain('Hand credentials to the build as secrets: it waits to be asked for');
  expect(existsSync(join(folder, '.plimsoll'))).toBe(false);
});

test('an opt-in edit is made when it is asked for, and no value of a secret is shown', async () => {
  const folder = projectOf(api);
  const { stdout, code } = await explain(
    folder,
    '--only=secret-mounts',
    '--build-arg=GIT_TOKEN=ghp_16C7e42F292c6912E7710c838347Ae178B4a',
  );
  expect(code).toBe(0);
  expect(stdout).toMatch(/^1 edit,/);
  expect(stdout).toContain('+RUN --mount=type=secret,id=GIT_TOKEN,required=true');
  expect(stdout).toContain('--secret id=GIT_TOKEN,env=GIT_TOKEN');
  expect(stdout).not.toContain('ghp_16C7e42F292c6912E7710c838347Ae178B4a');
});

test('only the steps whose files name a secret get it', async () => {
  const folder = projectOf({
    Dockerfile: `FROM python:3.12-slim
WORKDIR /app
ARG GIT_TOKEN
COPY . .
RUN pip install -r requirements.txt
RUN pip install -r private.txt
RUN sh fetch.sh
RUN sh prepare.sh
CMD ["python", "main.py"]
`,
    'main.py': '',
    'requirements.txt': 'fastapi\n',
    'private.txt': 'git+https://${GIT_TOKEN}@github.com/acme/models.git\n',
    'fetch.sh': 'curl -H "Authorization: $GIT_TOKEN" https://example.com\n',
    'prepare.sh': 'mkdir -p data\n',
  });
  const { stdout } = await explain(folder, '--only=secret-mounts');
  const mounted = [...stdout.matchAll(/^ {3}\+RUN --mount=type=secret.*\n.*\n {3}.(.*)$/gm)];
  expect(mounted.map((match) => match[1]?.trim())).toEqual(['pip install -r private.txt', 'sh fetch.sh']);
});

test('--json prints the same as data', async () => {
  const { stdout, code } = await explain(projectOf(api), '--json', '--only', 'secret-mounts');
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    schema: 'plimsoll.explain/1',
    edits: [{ id: 'secret-mounts', risk: 'opt-in' }],
    secrets: [{ id: 'GIT_TOKEN', from: 'argument' }],
  });
});

test('.plimsoll.yaml chooses edits, and the command line wins', async () => {
  const folder = projectOf({ ...api, '.plimsoll.yaml': 'slim:\n  only: [slim-base, copy-owner]\n' });
  const edits = async (...args: readonly string[]): Promise<string[]> =>
    [...(await explain(folder, ...args)).stdout.matchAll(/^\d+\. .* {2}(\S+)$/gm)].map(
      (match) => match[1] ?? '',
    );
  expect(await edits()).toEqual(['slim-base', 'copy-owner']);
  expect(await edits('--skip', 'slim-base')).toEqual(['copy-owner']);
});

test('a literal credential is masked in every diff', async () => {
  const run = 'RUN pip install --index-url https://ci:s3cretPassw0rd@pypi.example.com/simple acme\n';
  const folder = projectOf({ Dockerfile: `FROM python:3.12\n${run}CMD ["python"]\n` });
  const { stdout } = await explain(folder, '--with', 'secret-mounts');
  expect(stdout).toContain('pypi_example_com_password');
  expect(stdout).not.toContain('s3cretPassw0rd');
});

test.each([
  [['--with', 'secret-mont'], '--with: there is no edit named secret-mont.'],
  [['--markdown'], '--explain prints a plan and writes nothing.'],
  [['--secret', 'id=x,env=PLIMSOLL_NO_SUCH_VARIABLE'], 'the variable PLIMSOLL_NO_SUCH_VARIABLE is not set'],
])('%j is refused: %s', async (args, message) => {
  const { stderr, code } = await explain(projectOf(api), ...args);
  expect(code).toBe(2);
  expect(stderr).toContain(message);
});

test('an edit of Dockerfile and requirements shows both, and each edit what it changes alone', async () => {
  const folder = projectOf({
    Dockerfile:
      'FROM python:3.11\nRUN apt-get update && apt-get install -y libgl1\nCOPY . .\nRUN pip install -r requirements.txt\nCMD ["python", "app.py"]\n',
    'requirements.txt': 'opencv-python\nonnxruntime-gpu\npytest\n',
    'app.py': 'import cv2\nimport onnxruntime\n',
  });
  const { stdout } = await explain(folder, '--json', '--target', 'cpu');
  const { edits }: { edits: { id: string; diff: string }[] } = JSON.parse(stdout);
  const changed = (id: string): string[] =>
    (edits.find((one) => one.id === id)?.diff ?? '').split('\n').filter((line) => /^[-+]\w/.test(line));
  expect(changed('headless-opencv')).toEqual([
    '-RUN apt-get update && apt-get install -y libgl1',
    '-opencv-python',
    '+opencv-python-headless',
  ]);
  expect(changed('cpu-wheels')).toEqual(['-onnxruntime-gpu', '+onnxruntime']);
  expect(changed('production-requirements')).toContain('-pytest');
});

test('the title names the distribution whose GPU build goes', async () => {
  const folder = projectOf({
    Dockerfile: 'FROM python:3.12\nCOPY . .\nRUN pip install -r requirements.txt\nCMD ["python", "app.py"]\n',
    'app.py': 'import xgboost\n',
    'requirements.txt': 'xgboost\n',
  });
  const { stdout } = await explain(folder, '--target=cpu', '--only=cpu-wheels');
  expect(stdout).toContain('1. Install the CPU build of xgboost  cpu-wheels');
});
