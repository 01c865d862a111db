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
  const found = (await projectFindings(project, await studyProject(project))).filter(
    ({ kind }) => kind === 'late-copy',
  );
  expect(found.map(({ location }) => location)).toEqual(
    line === undefined ? [] : [{ file: 'Dockerfile', line }],
  );
});

test.each<readonly [requirements: string, program: string | undefined, reason: string]>([
  ['fastapi\n', 'uvicorn', 'no requirement names what CMD starts'],
  ['fastapi\nuvicorn\n', undefined, 'one does'],
  ['fastapi[standard]\n', undefined, 'one brings it'],
])('with %j, %s is missing: %s', async (requirements, program) => {
  const directory = await mkdtemp(join(tmpdir(), 'plimsoll-findings-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  const lines = [
    'FROM python:3.12-slim',
    'COPY requirements.txt .',
    install,
    'CMD ["uvicorn", "app:app"]',
    '',
  ];
  await writeFileWhole(join(directory, 'Dockerfile'), lines.join('\n'));
  await writeFileWhole(join(directory, 'requirements.txt'), requirements);
  const project = await readProject(directory);
  const found = await projectFindings(project, await studyProject(project));
  expect(found.filter(({ kind }) => kind === 'missing-program')).toEqual(
    program === undefined
      ? []
      : [
          expect.objectContaining({
            program,
            location: { file: 'Dockerfile', line: 4 },
            remedy: `Add ${program} to the requirements.`,
          }),
        ],
  );
});
