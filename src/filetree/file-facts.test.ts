import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { buildImage, openImage, writeDockerArchive } from '../image/index.ts';
import type { TarMember } from '../tar/index.ts';
import { indexImage, type LayerEntry } from './index.ts';

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-facts-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The facts on each member, read as a stream and in place; both must agree. */
async function factsOf(members: readonly TarMember[]): Promise<readonly LayerEntry[]> {
  const image = await buildImage({ layers: [members] });
  const streamed = [...((await indexImage(image)).root.layers[0]?.entries() ?? [])];
  const path = join(folder, 'facts.tar');
  await writeDockerArchive(image, path, { tags: ['facts:1'] });
  const archive = await openImage(`docker-archive:${path}`, { temporaryDir: folder });
  const inPlace = [...((await indexImage(archive)).root.layers[0]?.entries() ?? [])];
  await archive.close();
  expect(inPlace).toEqual(streamed);
  return streamed;
}

const large = 200 * 1024;
const filled = (start: string | Buffer, sizeBytes = large): Buffer =>
  Buffer.concat([Buffer.from(typeof start === 'string' ? Buffer.from(start, 'latin1') : start)], sizeBytes);

function zipOf(name: string): Buffer {
  const header = Buffer.alloc(30);
  header.write('PK\x03\x04', 0, 'latin1');
  header.writeUInt16LE(name.length, 26);
  return filled(Buffer.concat([header, Buffer.from(name)]));
}

function safetensors(headerBytes: number): Buffer {
  const start = Buffer.alloc(9, '{');
  start.writeBigUInt64LE(BigInt(headerBytes));
  return filled(start);
}

describe('formats', () => {
  test.each<[reason: string, content: Buffer, format: string | undefined]>([
    ['an archive', zipOf('a/b.txt'), 'zip'],
    ['what torch.save writes', zipOf('model/data.pkl'), 'torch-zip'],
    ['what torch.jit.save writes', zipOf('archive/constants.pkl'), 'torch-zip'],
    ['a data.pkl deeper inside is none', zipOf('a/b/data.pkl'), 'zip'],
    ['gzip', filled('\x1f\x8b\x08'), 'gzip'],
    ['zstd', filled('\x28\xb5\x2f\xfd'), 'zstd'],
    ['xz', filled('\xfd7zXZ\0'), 'xz'],
    ['bzip2', filled('BZh91AY&SY'), 'bzip2'],
    ['text that begins like bzip2', filled('BZh9 and so on'), undefined],
    ['pickle protocol 4', filled('\x80\x04\x95'), 'pickle'],
    ['pickle protocol 2, as torch.save wrote it', filled('\x80\x02\x8a\x0a'), 'pickle'],
    ['protocol 6 does not exist', filled('\x80\x06\x95'), undefined],
    ['safetensors', safetensors(4096), 'safetensors'],
    ['a header longer than the file', safetensors(large), undefined],
    ['gguf', filled('GGUF\x03'), 'gguf'],
    ['hdf5', filled('\x89HDF\r\n\x1a\n'), 'hdf5'],
    ['parquet', filled('PAR1'), 'parquet'],
    ['sqlite', filled('SQLite format 3\0'), 'sqlite'],
    ['numpy', filled('\x93NUMPY'), 'numpy'],
    ['a core dump', filled(Buffer.from('7f454c4602010100000000000000000004003e00', 'hex')), 'core-dump'],
    ['zeros', filled(''), undefined],
  ])('%s', async (_reason, content, format) => {
    const [entry] = await factsOf([{ path: 'f', content }]);
    expect(entry?.format).toBe(format);
  });

  test('small, sparse and other entries have no facts', async () => {
    const sparse = { 'GNU.sparse.size': '900000', 'GNU.sparse.map': `0,${large}`, 'GNU.sparse.name': 's' };
    const entries = await factsOf([
      { path: 'small', content: filled('PAR1', 65_535) },
      { path: 'GNUSparseFile.0/s', content: filled('PAR1'), pax: sparse },
      { path: 'd', type: 'directory' },
    ]);
    expect(entries.map(({ fingerprint, format }) => [fingerprint, format])).toEqual(
      Array(3).fill([undefined, undefined]),
    );
  });
});

describe('fingerprints', () => {
  test('tell contents apart by length, ends and what lies between, and nothing else', async () => {
    const changed = (at: number): Buffer => {
      const content = filled('same');
      content[at] = 1;
      return content;
    };
    const entries = await factsOf([
      { path: 'a', content: filled('same') },
      { path: 'b', content: filled('same'), mode: 0o600, mtimeSeconds: 9 },
      { path: 'longer', content: filled('same', large + 1) },
      { path: 'start', content: changed(100) },
      { path: 'end', content: changed(large - 1) },
      { path: 'middle', content: changed(Math.floor((large - 4096) / 3)) },
      { path: 'between', content: changed(6000) },
    ]);
    const [a, b, longer, start, end, middle, between] = entries.map(({ fingerprint }) => fingerprint);
    expect(a).toMatch(/^[0-9a-f]{32}$/);
    expect([b, between]).toEqual([a, a]);
    expect(new Set([a, longer, start, end, middle]).size).toBe(5);
  });
});

/** The shared libraries that Node is linked with. */
function libraries(): readonly string[] {
  const report: unknown = process.report.getReport();
  const listed = JSON.stringify(report).match(/"\/[^"]+\.so[^"]*"/g) ?? [];
  const paths = listed.map((text) => realpathSync(text.slice(1, -1)));
  return [...new Set(paths)].filter((path) => statSync(path).size >= 64 * 1024);
}

function isProgramThere(name: string): boolean {
  try {
    execFileSync(name, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const canStrip = process.platform === 'linux' && isProgramThere('strip');

/** What `strip --strip-unneeded` takes off a file, in bytes. */
function strippedBytes(path: string): number {
  const copy = `${path}.stripped`;
  execFileSync('strip', ['--strip-unneeded', '-o', copy, path]);
  return statSync(path).size - statSync(copy).size;
}

describe.skipIf(!canStrip)('strippable bytes', () => {
  /** Beyond the sections: their names, and padding that moves. */
  const slackBytes = 8 * 1024;

  test.skipIf(!isProgramThere('cc')).each([
    ['with symbols', ['-shared', '-fPIC']],
    ['with debugging information', ['-shared', '-fPIC', '-g']],
    ['with compressed debugging information', ['-shared', '-fPIC', '-g', '-gz']],
    ['already stripped', ['-shared', '-fPIC', '-s']],
    ['an object file keeps the symbols that linking needs', ['-c', '-fPIC', '-g']],
  ])('%s, as strip does', async (reason, flags) => {
    const source = join(folder, 'source.c');
    const names = Array.from(
      { length: 1000 },
      (_, at) => `static int hidden_${at}(int x) { return x * ${at}; }
int function_number_${at}(int x) { return hidden_${at}(x) + ${at}; }`,
    );
    writeFileSync(source, names.join('\n'));
    const built = join(folder, `${reason.replaceAll(' ', '-')}.o`);
    execFileSync('cc', ['-O0', ...flags, '-o', built, source]);
    const [entry] = await factsOf([{ path: 'lib.so', content: readFileSync(built) }]);
    const expected = strippedBytes(built);
    expect(entry?.format).toBe('elf');
    const found = entry?.strippableBytes ?? -1;
    expect(found).toBeLessThanOrEqual(expected + slackBytes);
    // Which symbols of an object file are needed only its relocations tell: those are left out.
    expect(found).toBeGreaterThanOrEqual(flags.includes('-c') ? expected * 0.5 : expected - slackBytes);
    if (flags.includes('-s')) expect(entry?.strippableBytes).toBe(0);
  });

  test('real libraries, as strip does', async () => {
    const paths = libraries();
    expect(paths.length).toBeGreaterThan(0);
    for (const path of paths) {
      const copy = join(folder, 'copy.so');
      copyFileSync(path, copy);
      const [entry] = await factsOf([{ path: 'lib.so', content: readFileSync(copy) }]);
      const expected = strippedBytes(copy);
      expect(Math.abs((entry?.strippableBytes ?? -1) - expected), path).toBeLessThanOrEqual(slackBytes);
    }
  });

  test('headers that lie are no error', async () => {
    const header = Buffer.from(`7f454c46020101${'00'.repeat(9)}03003e00`, 'hex');
    const lying = (tableOffset: bigint, count: number): Buffer => {
      const file = filled(header);
      file.writeBigUInt64LE(tableOffset, 40);
      file.writeUInt16LE(64, 58);
      file.writeUInt16LE(count, 60);
      file.writeUInt16LE(7, 62);
      return file;
    };
    const entries = await factsOf([
      { path: 'outside', content: lying(1n << 60n, 3) },
      { path: 'over-the-end', content: lying(BigInt(large - 64), 3) },
      { path: 'header-itself', content: lying(0n, 9) },
      { path: 'none', content: lying(0n, 0) },
      { path: 'many', content: lying(64n, 65_535) },
    ]);
    expect(entries.map(({ format }) => format)).toEqual(Array(5).fill('elf'));
    for (const entry of entries) expect(entry.strippableBytes ?? 0).toBeLessThanOrEqual(large);
  });
});
