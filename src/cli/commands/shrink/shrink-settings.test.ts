import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type ShrinkOptions, shrinkOptions } from './shrink-options.ts';
import { readShrinkSettings, type ShrinkSettings } from './shrink-settings.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plimsoll-settings-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function settingsOf(text: string): Promise<ShrinkSettings> {
  await writeFile(join(folder, '.plimsoll.yaml'), text);
  return readShrinkSettings(folder);
}

async function optionsOf(
  text: string,
  given: Readonly<Record<string, unknown>> = {},
): Promise<ShrinkOptions> {
  return shrinkOptions({ image: 'x', dryRun: true, ...given }, await settingsOf(text));
}

test('there need be no file, and no section', async () => {
  expect(await readShrinkSettings(folder)).toEqual({});
  for (const text of ['', 'shrink:\n', 'gates:\n  maxSize: 1GB\nlint: {}\nslim: {}\n'])
    expect(await optionsOf(text)).toMatchObject({ skip: [], keep: [], base: undefined, compression: 'gzip' });
});

const full = `shrink:
  skip: [strip]
  with: [bytecode]
  keep: [opt/app/**]
  base: registry:python:3.11-slim
  compression: zstd
`;

test('the section holds options', async () => {
  expect(await optionsOf(full)).toMatchObject({
    only: [],
    skip: ['strip'],
    with: ['bytecode'],
    keep: ['opt/app/**'],
    base: 'registry:python:3.11-slim',
    compression: 'zstd',
  });
});

test.each<[reason: string, text: string, given: Record<string, unknown>, options: object]>([
  ['a pass that is named runs', full, { with: ['strip'] }, { skip: [], with: ['bytecode', 'strip'] }],
  ['a pass that is refused does not', full, { skip: ['bytecode'] }, { skip: ['strip', 'bytecode'] }],
  ['no others run beside --only', full, { only: ['tests'] }, { only: ['tests'], with: [], skip: ['strip'] }],
  ['--only takes the place of only', 'shrink: {only: [tests]}', { only: ['headers'] }, { only: ['headers'] }],
  ['--bytecode takes the place of a pass that is asked for', full, { bytecode: 'all' }, { with: [] }],
  [
    'compiled modules go though the pass is skipped',
    'shrink: {skip: [bytecode]}',
    { smallest: true },
    { bytecode: 'none', skip: [] },
  ],
  ['what is kept stays kept', full, { keep: ['*.pyi'] }, { keep: ['opt/app/**', '*.pyi'] }],
  ['one base', full, { base: 'oci:other' }, { base: 'oci:other' }],
  ['no base', full, { rebaseAll: true }, { base: undefined, rebaseAll: true }],
  ['compression', full, { compression: 'gzip' }, { compression: 'gzip' }],
])('the command line wins: %s', async (_, text, given, options) => {
  expect(await optionsOf(text, given)).toMatchObject(options);
});

test.each([
  ['shrink:\n  skp: [strip]\n', '.plimsoll.yaml:2: shrink.skp is no setting of shrink; did you mean skip?'],
  [
    'shrink:\n  skip:\n    - stript\n',
    '.plimsoll.yaml:3: shrink.skip.0 names no pass: stript; did you mean strip?',
  ],
  ['shrnk: {}\n', '.plimsoll.yaml:1: shrnk is no section of this file; did you mean shrink?'],
  ['shrink:\n  compression: xz\n', '.plimsoll.yaml:2: shrink.compression is not valid: invalid option'],
  ['shrink:\n  keep: ["/"]\n', '.plimsoll.yaml:2: shrink.keep.0 must be a pattern such as *.pyi'],
  ['shrink:\n  keep: "*.pyi"\n', '.plimsoll.yaml:2: shrink.keep is not valid: invalid input: expected array'],
  ['shrink: [strip]\n', '.plimsoll.yaml:1: shrink is not valid: invalid input: expected object'],
  ['shrink: {\n', '.plimsoll.yaml:2:'],
])('%j says where it is wrong', async (text, message) => {
  await expect(settingsOf(text)).rejects.toThrow(message);
});
