import { spawnSync } from 'node:child_process';
import { createReadStream, createWriteStream } from 'node:fs';
import { chmod, link, mkdir, mkdtemp, open, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encodeName, readTar, scanTarFile, type TarEntry, writeTar } from './index.ts';

const version = spawnSync('tar', ['--version'], { encoding: 'utf8' }).stdout ?? '';
const hasGnuTar = version.includes('GNU tar');

let folder = '';
const longName = `${'a-long-directory-name/'.repeat(12)}file`;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plimsoll-tar-'));
  const tree = join(folder, 'tree');
  await mkdir(join(tree, 'a-long-directory-name/'.repeat(12)), { recursive: true });
  await writeFile(join(tree, 'short'), 'short content');
  await link(join(tree, 'short'), join(tree, 'zlink'));
  await symlink('x'.repeat(150), join(tree, 'far'));
  await writeFile(join(tree, 'naïve'), 'ü');
  await writeFile(Buffer.concat([Buffer.from(`${tree}/`), Buffer.from([0x72, 0xe9])]), 'raw');
  await chmod(join(tree, 'short'), 0o4711);
  await utimes(join(tree, 'short'), 1_700_000_000, 1_700_000_000);
  const sparse = await open(join(tree, 'sparse'), 'w');
  for (let at = 1; at <= 30; at++) await sparse.write('data', at * 1_000_000);
  await sparse.close();
});
afterAll(async () => await rm(folder, { recursive: true, force: true }));

function run(args: readonly string[]): string {
  const result = spawnSync('tar', args, {
    encoding: 'latin1',
    env: { ...process.env, LC_ALL: 'C', TZ: 'UTC' },
  });
  expect(result.stderr).toBe('');
  return result.stdout;
}

async function entriesOf(path: string): Promise<Map<string, TarEntry & { readonly content: string }>> {
  const found = new Map<string, TarEntry & { readonly content: string }>();
  await readTar(createReadStream(path), {
    onEntry(entry) {
      const parts: Buffer[] = [];
      return {
        write: (chunk) => parts.push(Buffer.from(chunk)),
        end: () => found.set(entry.path, { ...entry, content: Buffer.concat(parts).toString() }),
      };
    },
  });
  return found;
}

describe.skipIf(!hasGnuTar)('GNU tar', () => {
  test.each([
    ['gnu', ['--format=gnu']],
    ['oldgnu', ['--format=oldgnu']],
    ['pax', ['--format=pax']],
    ['gnu with sparse files', ['--format=gnu', '--sparse']],
    ['pax with sparse files 0.0', ['--format=pax', '--sparse', '--sparse-version=0.0']],
    ['pax with sparse files 0.1', ['--format=pax', '--sparse', '--sparse-version=0.1']],
    ['pax with sparse files 1.0', ['--format=pax', '--sparse', '--sparse-version=1.0']],
    ['pax with a global header', ['--format=pax', '--pax-option=globexthdr.name=g,comment=hello']],
  ])('its format %s is read', async (name, options) => {
    const path = join(folder, `${name}.tar`);
    run(['-cf', path, '--sort=name', ...options, '-C', join(folder, 'tree'), '.']);
    const found = await entriesOf(path);
    expect(found.get(`./${longName}`)?.type ?? found.get('./short')?.type).toBe('file');
    expect(found.get('./short')).toMatchObject({
      content: 'short content',
      mode: 0o4711,
      mtimeSeconds: 1_700_000_000,
      sizeBytes: 13,
    });
    expect(found.get('./zlink')).toMatchObject({ type: 'hardlink', linkPath: './short' });
    expect(found.get('./far')).toMatchObject({ type: 'symlink', linkPath: 'x'.repeat(150) });
    expect(found.get('./naïve')).toMatchObject({ content: 'ü' });
    expect(found.get('./r\udce9')).toMatchObject({ content: 'raw' });
    expect(found.has(`./${'a-long-directory-name/'.repeat(12)}`)).toBe(true);
    const sparse = found.get('./sparse');
    expect(sparse?.sparse?.realBytes ?? sparse?.sizeBytes).toBe(30_000_004);
    if (name.includes('sparse')) {
      expect(sparse?.sparse?.extents.length).toBeGreaterThanOrEqual(30);
      expect(sparse?.content.replaceAll('\0', '')).toBe('data'.repeat(30));
    }
    const scanned: string[] = [];
    await scanTarFile(path, { onEntry: (entry) => void scanned.push(entry.path) });
    expect(scanned).toEqual([...found.keys()]);
  });

  test('reads what we write', async () => {
    const path = join(folder, 'ours.tar');
    const members = [
      { path: 'dir/', type: 'directory', mode: 0o1777 },
      { path: 'dir/file', content: 'content', uid: 3_000_000, gid: 5, mtimeSeconds: 1_700_000_000 },
      { path: longName, content: 'long' },
      { path: `${'x'.repeat(180)}`, content: 'one long component' },
      { path: 'naïve', content: 'ü' },
      { path: 'r\udce9', content: 'raw' },
      { path: 'link', type: 'symlink', linkPath: 'y'.repeat(200) },
      { path: 'hard', type: 'hardlink', linkPath: 'dir/file' },
      { path: 'pipe', type: 'fifo' },
    ] as const;
    await pipeline(writeTar(members), createWriteStream(path));
    const listed = run(['-tvf', path, '--quoting-style=literal', '--numeric-owner', '--full-time']).split(
      '\n',
    );
    const bytes = (name: string): string => encodeName(name).toString('latin1');
    for (const member of members) {
      expect(listed.some((line) => line.includes(` ${bytes(member.path)}`))).toBe(true);
    }
    expect(listed[0]).toMatch(/^drwxrwxrwt/);
    expect(listed[1]).toMatch(/3000000\/5 +7 2023-11-14 22:13:20 dir\/file$/);
    expect(listed[6]?.endsWith(` -> ${'y'.repeat(200)}`)).toBe(true);
    expect(listed[7]?.endsWith('hard link to dir/file')).toBe(true);
    expect(run(['-xOf', path, longName])).toBe('long');
  });
});
