import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { writeFileWhole } from '../base/index.ts';
import { type RewriteFacts, rewriteDockerfile } from '../dockerfile/index.ts';
import { readProject } from '../project/index.ts';
import { rewriteFacts, studyProject, type TargetDecision } from './index.ts';

const directories: string[] = [];
afterEach(async () => {
  await Promise.all(directories.splice(0).map((path) => rm(path, { recursive: true })));
});

async function factsOf(
  files: Readonly<Record<string, string>>,
  device: TargetDecision['device'] = 'cpu',
  foundMissing: ReadonlyMap<string, string> = new Map(),
): Promise<RewriteFacts> {
  const directory = await mkdtemp(join(tmpdir(), 'plimsoll-facts-'));
  directories.push(directory);
  for (const [path, text] of Object.entries(files)) await writeFileWhole(join(directory, path), text);
  const project = await readProject(directory, {});
  return rewriteFacts({
    project,
    study: await studyProject(project),
    target: { device, source: 'given', evidence: [] },
    hasCacheMounts: true,
    suite: 'bookworm',
    foundMissing,
  });
}

test('a folder of requirements is one that holds nothing else, at any depth', async () => {
  const { requirementFolders } = await factsOf({
    Dockerfile: 'FROM python:3.11\nCOPY . .\n',
    'requirements/base.txt': 'fastapi\n',
    'requirements/constraints.txt': 'numpy<3\n',
    'mixed/requirements.txt': 'pandas\n',
    'mixed/app.py': '',
    'nested/requirements.txt': 'pandas\n',
    'nested/src/app.py': '',
    'requirements.txt': 'fastapi\n',
  });
  expect([...requirementFolders]).toEqual(['requirements']);
});

test.each([
  ['gpu', 'tensorflow==2.16\n', 'tensorflow', 'XLA calls ptxas of the CUDA compiler'],
  ['cpu', 'tensorflow==2.16\n', undefined, 'there is no CUDA compiler in a CPU image'],
  ['gpu', 'torch\n', undefined, 'torch brings what it needs'],
] as const)('for a %s target %j: %s, because %s', async (device, requirements, expected, _why) => {
  const files = {
    Dockerfile: 'FROM python:3.11\nCOPY . .\nRUN pip install -r requirements.txt\nCMD ["python", "app.py"]\n',
    'requirements.txt': requirements,
    'app.py': 'print()\n',
  };
  expect((await factsOf(files, device)).compilesAtRunTime).toBe(expected);
});

test.each([
  ['FROM python:3.11\n', 'the full base has it'],
  ['FROM python:3.11\nRUN apt-get update && apt-get install -y git vim\n', 'the project installs it'],
  ['FROM python:3.11-slim\nRUN apt-get update && apt-get install -y git vim\n', 'on a slim base'],
])('%j: git that was found missing is in the last stage, and vim is not: %s', async (start, _why) => {
  const text = `${start}COPY . .\nRUN pip install -r requirements.txt\nCMD ["python", "app.py"]\n`;
  const files = { Dockerfile: text, 'requirements.txt': 'orjson\n', 'app.py': 'print()\n' };
  const lastStage = (facts: RewriteFacts): string =>
    rewriteDockerfile(text, facts, { without: new Set() })
      .text.split(/^FROM /m)
      .at(-1) ?? '';
  const before = lastStage(await factsOf(files));
  const after = lastStage(await factsOf(files, 'cpu', new Map([['git', 'GET /version calls git']])));
  const installed = /apt-get install[^&]*\sgit\b/;
  expect(before).not.toMatch(installed);
  expect(after).toMatch(/^python:3\.11-slim$/m);
  expect(after).toMatch(installed);
  expect(after).not.toContain('vim');
});

const start = 'FROM python:3.11\nWORKDIR /app\nCOPY . .\n';

test.each([
  [
    {
      Dockerfile: `${start}CMD ["python", "app.py"]\n`,
      'app.py': "open('/app/x.db')\nopen('/tmp/x', 'w')\n",
    },
    [],
    'its own folder and /tmp are open to every user',
  ],
  [
    {
      Dockerfile: `${start}ENTRYPOINT ["./entrypoint.sh"]\n`,
      'entrypoint.sh': '#!/bin/sh\n# gosu is not called here\nset -e; exec gosu app "$@"\n',
    },
    ['entrypoint.sh:3 calls gosu, which needs root'],
    'a start script changes the user itself',
  ],
  [
    {
      Dockerfile: `${start}CMD ["python", "app.py"]\n`,
      'app.py': "CACHE = '/root/.cache/x'\nos.makedirs('/var/lib/x')\n",
    },
    [
      'app.py:1 names /root/.cache/x, which is closed to other users',
      'app.py:2 may write to /var/lib/x, outside of the working directory',
    ],
    'the application writes where another user may not',
  ],
  [
    {
      Dockerfile: `${start}CMD ["python", "app.py"]\n`,
      'app.py': '',
      'deploy.sh': 'sudo reboot\n',
      'compose.yaml':
        'services:\n  app:\n    build: .\n    user: "0"\n    volumes: ["uploads:/app/uploads"]\nvolumes:\n  uploads:\n',
    },
    [
      'compose.yaml sets the user to 0',
      'compose.yaml mounts uploads at /app/uploads, and what is there may belong to root',
    ],
    'volumes have owners; a script that nothing starts does not matter',
  ],
])('%j needs root: %j, because %s', async (files, reasons, _why) => {
  // Every case has a Dockerfile; others have more.
  const given = files as Readonly<Record<string, string>>;
  expect((await factsOf(given)).rootNeeds?.reasons).toEqual(reasons);
});

test('files with credentials and caches of the hub are found in the build context', async () => {
  const facts = await factsOf({
    Dockerfile: 'FROM python:3.11\nCOPY . .\n',
    '.dockerignore': 'ignored\n',
    'pip.conf': '[global]\nindex-url = https://ci:s3cretPassw0rd@pypi.example.com/simple\n',
    'plain/pip.conf': '[global]\nindex-url = https://pypi.example.com/simple\n',
    'ignored/pip.conf': '[global]\nindex-url = https://ci:s3cretPassw0rd@pypi.example.com/simple\n',
    'hf-cache/hub/models--acme--model/refs/main': 'x',
    'models/model.bin': 'x',
  });
  expect([...(facts.credentialFiles ?? [])]).toEqual([['pip.conf', 'a password']]);
  expect([...(facts.modelCacheFolders ?? [])]).toEqual(['hf-cache/hub', 'hf-cache']);
});
