import { chmod, lstat, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { UserError } from '../base/index.ts';
import { replaceFile } from './replace-file.ts';

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'plimsoll-replace-'));
  onTestFinished(() => rm(path, { recursive: true }));
  return path;
}

test('a file keeps its permissions, a link stays one, and nothing is left behind', async () => {
  const directory = await folder();
  await writeFile(join(directory, 'real.yaml'), 'old');
  await chmod(join(directory, 'real.yaml'), 0o640);
  await symlink('real.yaml', join(directory, 'link.yaml'));
  await replaceFile(join(directory, 'link.yaml'), 'old', 'new');
  expect((await lstat(join(directory, 'link.yaml'))).isSymbolicLink()).toBe(true);
  expect(await readFile(join(directory, 'real.yaml'), 'utf8')).toBe('new');
  expect((await stat(join(directory, 'real.yaml'))).mode & 0o777).toBe(0o640);
  expect((await readdir(directory)).sort()).toEqual(['link.yaml', 'real.yaml']);
});

test.each([
  ['changed', 'other', 'old'],
  ['come into being', 'other', undefined],
  ['gone', undefined, 'old'],
])('a file that has %s meanwhile is not written', async (_, now, previous) => {
  const path = join(await folder(), 'a.yaml');
  if (now !== undefined) await writeFile(path, now);
  await expect(replaceFile(path, previous, 'new')).rejects.toThrow(UserError);
  expect(await readFile(path, 'utf8').catch(() => undefined)).toBe(now);
});
