import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { writeFileWhole } from '../base/index.ts';
import { readProject } from '../project/index.ts';
import { proposeIgnore, studyProject } from './index.ts';

const image = 'FROM base\nCOPY . .\nCMD ["python", "app.py"]\n';

test.each([
  ['', true, 'no stage but the image’s'],
  ['FROM base AS test\nCOPY . .\nRUN pytest -q\n', false, 'a test stage finds the tests by itself'],
  ['FROM base AS test\nCOPY . .\nRUN python -m pytest tests\n', false, 'it names the folder'],
  [
    'FROM base AS test\nCOPY . .\nRUN ./check.sh tests/\n',
    false,
    'a script that nobody knows gets the folder',
  ],
  ['FROM base AS test\nCOPY . .\nCMD ["pytest"]\n', false, 'the tests run when its container does'],
  ['FROM base AS docs\nCOPY . .\nRUN mkdocs build\n', true, 'a stage for other things'],
  ['FROM base AS test\nCOPY app.py .\nRUN pytest --version\n', true, 'it gets no tests today'],
])('%j: the tests are left out of the context: %s, %s', async (stage, isLeftOut, _why) => {
  const directory = await mkdtemp(join(tmpdir(), 'plimsoll-stages-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  await writeFileWhole(
    join(directory, 'Dockerfile'),
    `FROM python:3.11 AS base\nRUN pip install pytest\n${stage}${image}`,
  );
  await writeFileWhole(join(directory, 'app.py'), 'print()\n');
  await writeFileWhole(join(directory, 'tests/test_app.py'), 'def test_it():\n    assert True\n');
  const project = await readProject(directory, {});
  const { proposal } = proposeIgnore(project, await studyProject(project), []);
  expect(/^tests$/m.test(proposal.content)).toBe(isLeftOut);
});
