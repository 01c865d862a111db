import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeFileWhole } from '../../../base/index.ts';
import { readProject } from '../../../project/index.ts';
import { studyProject } from '../../../slim/index.ts';
import { decideModelCache } from './decide-model-cache.ts';

const start = 'CMD ["python", "app.py"]\n';

test.each([
  ['FROM python:3.11\nCOPY . .\n', undefined, 'models are downloaded when the container runs'],
  [
    'FROM python:3.11\nCOPY . .\nENV HF_HOME=/data\n',
    'line 3: the Dockerfile says itself',
    'a place of its own',
  ],
  [
    'FROM python:3.11\nRUN python -c "AutoModel.from_pretrained(\'bert\')"\nCOPY . .\n',
    'line 2: the build puts models into the image',
    'another HF_HOME would hide them',
  ],
  [
    'FROM python:3.11\nCOPY . .\nRUN python fetch.py\n',
    'fetch.py:1: a script of the build',
    'a script downloads them',
  ],
  ['FROM python:3.11\nCOPY . .\nUSER app\n', 'the container runs as app', 'a new volume belongs to root'],
])('%j: %s, because %s', async (dockerfile, because, _why) => {
  const directory = await mkdtemp(join(tmpdir(), 'plimsoll-models-'));
  try {
    await writeFileWhole(join(directory, 'Dockerfile'), dockerfile + start);
    await writeFileWhole(join(directory, 'app.py'), 'from transformers import pipeline\n');
    await writeFileWhole(join(directory, 'fetch.py'), 'from huggingface_hub import snapshot_download\n');
    const project = await readProject(directory, {});
    const decision = decideModelCache(project, await studyProject(project));
    expect(decision.libraries).toEqual(because === undefined ? ['transformers'] : []);
    expect(decision.leftAlone.map((one) => one.because)).toEqual(
      because === undefined ? [] : [expect.stringContaining(because)],
    );
  } finally {
    await rm(directory, { recursive: true });
  }
});
