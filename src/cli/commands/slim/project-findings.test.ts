import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { writeFileWhole } from '../../../base/index.ts';
import { readProject } from '../../../project/index.ts';
import { studyProject } from '../../../slim/index.ts';
import { projectFindings } from './project-findings.ts';

const install = 'RUN pip install -r requirements.txt';

test.each<[readonly string[], number | undefined, string]>([
  [['COPY . .', install], 2, 'each change of the code installs all anew'],
  [['ADD . /app', install], 2, 'ADD as well'],
  [['COPY requirements.txt .', install, 'COPY . .'], undefined, 'a dot as the destination is no source'],
  [['COPY requirements.txt ./', install, 'COPY app.py .'], undefined, 'single files on both sides'],
])('%j: code is copied too early in line %s, because %s', async (lines, line) => {
  const directory = await mkdtemp(join(tmpdir(), 'plimsoll-findings-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  await writeFileWhole(join(directory, 'Dockerfile'), `FROM python:3.12-slim\n${lines.join('\n')}\n`);
  await writeFileWhole(join(directory, 'requirements.txt'), 'requests\n');
  const project = await readProject(directory);
  const found = projectFindings(project, await studyProject(project)).filter(
    ({ kind }) => kind === 'late-copy',
  );
  expect(found.map(({ location }) => location)).toEqual(
    line === undefined ? [] : [{ file: 'Dockerfile', line }],
  );
});
