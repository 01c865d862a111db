import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { writeFileWhole } from '../base/index.ts';
import { readProject } from '../project/index.ts';
import { proposeIgnore, studyProject } from './index.ts';

test.each([
  ['FROM python:3.12\nWORKDIR /app\nCOPY . .\nRUN uv sync\n', '.venv', 'uv makes it where the source goes'],
  [
    'FROM python:3.12\nWORKDIR /app\nCOPY api /app/api\nWORKDIR /app/api\nRUN uv sync\n',
    'api/.venv',
    'below a folder',
  ],
  [
    'FROM python:3.12 AS b\nWORKDIR /app\nCOPY uv.lock ./\nRUN uv sync\nFROM python:3.12-slim\nCOPY . /app\n',
    '.venv',
    'another stage copies the source there',
  ],
  [
    'FROM python:3.12\nWORKDIR /app\nCOPY src ./src\nCOPY uv.lock ./\nRUN uv sync\n',
    undefined,
    'the source goes elsewhere',
  ],
  [
    'FROM python:3.12\nWORKDIR /app\nENV UV_PROJECT_ENVIRONMENT=/opt/venv\nCOPY . .\nRUN uv sync\n',
    undefined,
    'the environment lies elsewhere',
  ],
  [
    'FROM python:3.12\nWORKDIR /app\nCOPY . .\nRUN pip install -r requirements.txt\n',
    undefined,
    'pip makes none',
  ],
])('%j keeps out %s, because %s', async (text, expected, _why) => {
  // biome-ignore format: a table
  const directory = await mkdtemp(join(tmpdir(), 'plimsoll-venv-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  await writeFileWhole(join(directory, 'Dockerfile'), text);
  await writeFileWhole(join(directory, 'api/app.py'), 'print()\n');
  const project = await readProject(directory, {});
  const lines = proposeIgnore(project, await studyProject(project), []).proposal.content.split('\n');
  expect(lines.filter((line) => line.endsWith('venv'))).toEqual(expected === undefined ? [] : [expected]);
});
