import { execFileSync } from 'node:child_process';
import {
  createReadStream,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { buildImage, type Layer } from '../../../image/index.ts';
import { extractFile, readFileStart } from './read-layer-file.ts';

const { signal } = new AbortController();
const large = Buffer.alloc(3_000_000, 'abcdefg');

async function sampleLayer(): Promise<Layer> {
  const { layers } = await buildImage({
    compression: 'gzip',
    layers: [
      [
        { path: 'a/', type: 'directory' },
        { path: 'a/twice', content: 'first' },
        { path: 'a/large', content: large },
        { path: 'a/twice', content: 'second' },
        { path: 'a/empty', content: '' },
        { path: 'a/last', content: 'x'.repeat(5_000_000) },
      ],
    ],
  });
  const [layer] = layers;
  if (layer === undefined) throw new Error('the image has no layer');
  return layer;
}

function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-extract-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test.each([
  ['a file', 2, 'a/large', large.subarray(0, 10), large.length],
  ['of two entries of one path the one that is asked for', 3, 'a/twice', Buffer.from('second'), 6],
  ['an empty file', 4, 'a/empty', Buffer.alloc(0), 0],
])('reads the beginning of %s', async (_what, position, path, expected, sizeBytes) => {
  const read = await readFileStart(
    await sampleLayer(),
    { path, layer: 0, position },
    { limitBytes: 10, signal },
  );
  expect(read).toEqual({ start: expected, sizeBytes });
});

test('extracts a file whole, and leaves nothing else', async () => {
  const folder = scratch();
  const path = join(folder, 'copy');
  const place = { path: 'a/large', layer: 0, position: 2 };
  expect(await extractFile(await sampleLayer(), place, { path, signal })).toBe(large.length);
  expect(readFileSync(path).equals(large)).toBe(true);
  expect(readdirSync(folder)).toEqual(['copy']);
});

test('never writes over a file that is there', async () => {
  const folder = scratch();
  const path = join(folder, 'mine');
  writeFileSync(path, 'precious');
  const place = { path: 'a/large', layer: 0, position: 2 };
  await expect(extractFile(await sampleLayer(), place, { path, signal })).rejects.toThrow(/exists already/);
  expect(readFileSync(path, 'utf8')).toBe('precious');
  expect(readdirSync(folder)).toEqual(['mine']);
});

test.each([
  ['absent/copy', /There is no directory .*absent; nothing was written/],
  ['mine/copy', /mine is no directory; nothing was written/],
])('%s is refused by name', async (name, complaint) => {
  const folder = scratch();
  writeFileSync(join(folder, 'mine'), 'a file');
  const place = { path: 'a/large', layer: 0, position: 2 };
  const path = join(folder, name);
  await expect(extractFile(await sampleLayer(), place, { path, signal })).rejects.toThrow(complaint);
  expect(readdirSync(folder)).toEqual(['mine']);
});

test('an aborted extraction leaves nothing', async () => {
  const folder = scratch();
  const path = join(folder, 'copy');
  const place = { path: 'a/last', layer: 0, position: 5 };
  await expect(
    extractFile(await sampleLayer(), place, { path, signal: AbortSignal.abort(new Error('stop')) }),
  ).rejects.toThrow();
  expect(readdirSync(folder)).toEqual([]);
});

test('the holes of a sparse file are zeros', async () => {
  const folder = scratch();
  writeFileSync(join(folder, 'sparse'), 'head');
  truncateSync(join(folder, 'sparse'), 1_000_000);
  writeFileSync(join(folder, 'sparse'), 'tail', { flag: 'a' });
  const archive = join(folder, 'layer.tar');
  execFileSync('tar', ['--format=posix', '--sparse', '-C', folder, '-cf', archive, 'sparse']);
  const layer: Layer = {
    ...(await sampleLayer()),
    uncompressed: async () => createReadStream(archive),
  };
  const place = { path: 'sparse', layer: 0, position: 0 };
  const path = join(folder, 'copy');
  await extractFile(layer, place, { path, signal });
  expect(readFileSync(path).equals(readFileSync(join(folder, 'sparse')))).toBe(true);
  const { start, sizeBytes } = await readFileStart(layer, place, { limitBytes: 6, signal });
  expect([start.toString('latin1'), sizeBytes]).toEqual(['head\0\0', 1_000_004]);
});
