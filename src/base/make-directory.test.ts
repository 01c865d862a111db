import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { makeDirectory } from './index.ts';

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-directory-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('makes what is missing, and takes what is there', () => {
  const path = join(folder, 'a', 'b', 'c');
  makeDirectory(path);
  makeDirectory(path);
  makeDirectory('/');
  expect(statSync(path).isDirectory()).toBe(true);
});

test('a file in the way is an error', () => {
  writeFileSync(join(folder, 'file'), '');
  expect(() => makeDirectory(join(folder, 'file'))).toThrow('EEXIST');
  expect(() => makeDirectory(join(folder, 'file', 'a'))).toThrow('ENOTDIR');
});

test.skipIf(!existsSync('/proc/self'))('ends with an error where nothing can be made', () => {
  expect(() => makeDirectory('/proc/plimsoll/a/b')).toThrow('ENOENT');
});
