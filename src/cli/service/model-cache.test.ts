import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { writeFileWhole } from '../../base/index.ts';
import { readProject } from '../../project/index.ts';
import { studyProject } from '../../slim/index.ts';
import { serviceNeeds } from './service-needs.ts';

const startLine = 'CMD ["python", "app.py"]\n';
const base = 'FROM python:3.11\nCOPY . .\n';

async function decide(
  dockerfile: string,
  app = 'from transformers import pipeline\n',
): ReturnType<typeof serviceNeeds> {
  const directory = await mkdtemp(join(tmpdir(), 'plimsoll-models-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  await writeFileWhole(join(directory, 'Dockerfile'), dockerfile + startLine);
  await writeFileWhole(join(directory, 'app.py'), app);
  await writeFileWhole(join(directory, 'fetch.py'), 'from huggingface_hub import snapshot_download\n');
  const project = await readProject(directory, {});
  const study = await studyProject(project);
  return serviceNeeds({ project, study }, undefined, { device: 'auto', siblings: [] });
}

test.each([
  [base, { path: '/models', variable: 'HF_HOME' }, 'models are downloaded when the container runs'],
  [
    `${base}ENV HF_HOME=/data\n`,
    { path: '/data', variable: undefined },
    'the Dockerfile has a place for them',
  ],
  [
    `${base}ENV HF_HOME=/m\nRUN useradd app && install -d -o app /m\nUSER app\n`,
    { path: '/m', variable: undefined },
    'the folder is prepared for the user',
  ],
])('%j: a volume at %j, because %s', async (dockerfile, value, _why) => {
  expect((await decide(dockerfile)).modelCache).toMatchObject({ value });
});

test.each([
  [
    'FROM python:3.11\nRUN python -c "AutoModel.from_pretrained(\'bert\')"\nCOPY . .\n',
    'line 2: the build puts models into the image',
    'a volume would hide them',
  ],
  [`${base}RUN python fetch.py\n`, 'fetch.py:1: a script of the build', 'a script downloads them'],
  [`${base}USER app\n`, 'the container runs as app: create the folder', 'a new volume belongs to root'],
  [`${base}ENV HF_HUB_OFFLINE=1\n`, 'HF_HUB_OFFLINE says', 'nothing is downloaded'],
  [`${base}ENV HF_HOME=$HOME/.cache\n`, 'is known only when it runs', 'a volume needs its path now'],
])('%j: no volume, %s, because %s', async (dockerfile, leftAlone, _why) => {
  expect((await decide(dockerfile)).modelCache).toEqual({ leftAlone: expect.stringContaining(leftAlone) });
});

test('an application that downloads no models needs none', async () => {
  expect((await decide(base, 'import flask\n')).modelCache).toBeUndefined();
});
