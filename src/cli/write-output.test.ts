import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { lstat, readFile, readlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { runProcess, UserError } from '../base/index.ts';
import { writeOutput } from './write-output.ts';

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-output-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('writeOutput', () => {
  test('a file and its folders, new or there', async () => {
    const path = join(folder, 'a/b/report.json');
    for (const text of ['one', 'two']) {
      await writeOutput(path, text);
      expect(readFileSync(path, 'utf8')).toBe(text);
    }
  });

  test('through a link, which stays', async () => {
    const [target, link] = [join(folder, 'target'), join(folder, 'link')];
    writeFileSync(target, 'before');
    symlinkSync(target, link);
    await writeOutput(link, 'after');
    expect([readFileSync(target, 'utf8'), await readlink(link)]).toEqual(['after', target]);
  });

  test('into a pipe, which stays one', async () => {
    const pipe = join(folder, 'pipe');
    await runProcess('mkfifo', [pipe]);
    const [read] = await Promise.all([readFile(pipe, 'utf8'), writeOutput(pipe, 'text')]);
    expect([read, (await lstat(pipe)).isFIFO()]).toEqual(['text', true]);
  });

  test.each([
    ['below a file', () => join(folder, 'target', 'x')],
    ['a folder', () => folder],
  ])('%s is an error that says so', async (_what, path) => {
    writeFileSync(join(folder, 'target'), '');
    const error: unknown = await writeOutput(path(), 'x').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UserError);
    expect(String(error)).toContain(`${path()} cannot be written`);
  });

  test('what can be left away is the option that was given', async () => {
    const writing = writeOutput(folder, 'x', '--manifest');
    await expect(writing).rejects.toMatchObject({ hint: expect.stringContaining('leave --manifest away') });
  });
});
