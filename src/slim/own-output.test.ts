import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { writeFileWhole } from '../base/index.ts';
import { readProject } from '../project/index.ts';
import { type ContextProposal, proposeIgnore, studyProject, withoutOwnOutput } from './index.ts';

async function proposal(directory: string): Promise<ContextProposal> {
  const project = withoutOwnOutput(await readProject(directory, {}));
  return proposeIgnore(project, await studyProject(project), []);
}

test('a second run counts and proposes what the first one did', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'plimsoll-own-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  await writeFileWhole(join(directory, 'Dockerfile'), 'FROM python:3.11\nCOPY . .\n');
  await writeFileWhole(join(directory, 'app.py'), 'print()\n');
  await writeFileWhole(join(directory, '.plimsolls/mine.txt'), 'a folder of the user\n');
  const first = await readProject(directory, {});
  const firstProposal = await proposal(directory);

  await writeFileWhole(join(directory, '.plimsoll/report.html'), 'x'.repeat(100_000));
  await writeFileWhole(join(directory, '.plimsoll/lean/docker/prune-site-packages.py'), 'x'.repeat(30_000));
  expect((await readProject(directory, {})).context.sentBytes).toBeGreaterThan(130_000);
  expect(withoutOwnOutput(await readProject(directory, {})).context).toEqual(first.context);
  expect(await proposal(directory)).toEqual(firstProposal);
  expect(firstProposal.proposal.content).toMatch(/^\.plimsoll$/m);
});
