import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openWheel, type RangeSource, readWheelDistribution, type WheelDistribution } from './index.ts';

/** A zip file as Python writes wheels: deflated. */
function wheelOf(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-wheel-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'my_dist-1.0-py3-none-any.whl');
  const script = `
import json, sys, zipfile
with zipfile.ZipFile(sys.argv[1], "w", zipfile.ZIP_DEFLATED) as wheel:
    for name, text in json.load(sys.stdin).items(): wheel.writestr(name, text)`;
  execFileSync('python3', ['-c', script, path], { input: JSON.stringify(files) });
  return path;
}

async function read(path: string): Promise<WheelDistribution> {
  const source = await openWheel(pathToFileURL(path).href);
  try {
    return await readWheelDistribution(source);
  } finally {
    await source.close();
  }
}

const info = 'my_dist-1.0.dist-info';
const files = {
  'my_dist/__init__.py': 'x = 1\n'.repeat(100),
  'my_dist/data.bin': 'x'.repeat(50),
  'my_dist-1.0.data/purelib/other.py': 'pass',
  'my_dist-1.0.data/scripts/tool': '#!python',
  [`${info}/METADATA`]: 'Name: My.Dist\nVersion: 1.0\nRequires-Dist: numpy>=2\n\nText',
  [`${info}/entry_points.txt`]: '[console_scripts]\ntool = my_dist:main\n',
  [`${info}/RECORD`]: '',
};

describe('a wheel', () => {
  test('its metadata, its modules, and what lands where', async () => {
    const found = await read(wheelOf(files));
    expect(found).toMatchObject({
      name: 'my-dist',
      version: '1.0',
      entryPoints: { console_scripts: ['tool'] },
      modules: ['my_dist', 'other'],
      sourceBytes: 604,
    });
    expect(found.requirements.map(({ name, specifier }) => name + specifier)).toEqual(['numpy>=2']);
    expect(found.files.map(({ path }) => path)).toContain('other.py');
    expect(found.files.map(({ path }) => path)).not.toContain('my_dist-1.0.data/scripts/tool');
    expect(found.installedBytes).toBe(Object.values(files).reduce((sum, text) => sum + text.length, 0));
  });

  test('of a large one little is read', async () => {
    const path = wheelOf({
      'my_dist/big.txt': Array.from({ length: 400_000 }, (_, i) => i * 7919).join(' '),
      ...files,
    });
    const bytes = readFileSync(path);
    let readBytes = 0;
    const source: RangeSource = {
      name: 'x.whl',
      sizeBytes: bytes.length,
      readRange: async (offset, length) => {
        readBytes += length;
        return bytes.subarray(offset, offset + length);
      },
    };
    await readWheelDistribution(source);
    expect(bytes.length).toBeGreaterThan(1_000_000);
    expect(readBytes).toBeLessThan(100_000);
  });

  test('without metadata it is no wheel', async () => {
    await expect(read(wheelOf({ 'a.py': '' }))).rejects.toThrow(/is no wheel: it holds no metadata/);
  });

  test('a damaged one is told', async () => {
    const path = wheelOf(files);
    const bytes = readFileSync(path);
    bytes.fill(0xff, bytes.indexOf('METADATA') + 8, bytes.indexOf('METADATA') + 16);
    writeFileSync(path, bytes);
    await expect(read(path)).rejects.toThrow(/METADATA cannot be unpacked/);
  });
});
