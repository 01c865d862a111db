import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readProject } from '../project/index.ts';
import { startCommands } from './index.ts';

test('what services start that are built from the Dockerfile counts, and what others start does not', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-start-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const files: Readonly<Record<string, string>> = {
    Dockerfile: 'FROM python:3.11\nCOPY . .\nCMD ["uvicorn", "app:app"]\n',
    'lab.sh': 'exec jupyter lab\n',
    'compose.yaml':
      'services:\n  web: { build: ., healthcheck: { test: ["CMD", "curl", "localhost"] } }\n  lab: { build: ., command: bash -c "sh lab.sh" }\n  worker: { build: ., entrypoint: [/usr/bin/celery, worker] }\n  db: { image: postgres, command: initdb }\n',
  };
  for (const [path, text] of Object.entries(files)) writeFileSync(join(folder, path), text);
  const found = startCommands(await readProject(folder));
  expect([...found]).toEqual(expect.arrayContaining(['uvicorn', 'curl', 'jupyter', 'celery']));
  expect(found.has('initdb')).toBe(false);
});
