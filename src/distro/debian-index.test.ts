import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { closeOver, debianIndex, fetchDebianIndex, minimalPackages, parseDebianIndex } from './index.ts';

const text = `Package: libc6
Installed-Size: 12987
Depends: libgcc-s1, libcrypt1
Recommends: libidn2-0 (>= 2.0.5~)
Priority: optional
Description: GNU C Library
 Package: not-a-field
Description-md5: fc3001b0b90a1c8e6690b283a619d57f

Package: libgcc-s1
Installed-Size: 140
Depends: gcc-12-base (= 12.2.0-14), libc6 (>= 2.35)

Package: libcrypt1
Installed-Size: 219

Package: gcc-12-base
Installed-Size: 100

Package: libidn2-0
Installed-Size: 227

Package: bash
Installed-Size: 7164
Pre-Depends: libc6 (>= 2.36)
Essential: yes

Package: apt
Installed-Size: 4232

Package: exim4
Installed-Size: 15
Provides: mail-transport-agent
Depends: missing-package | postfix

Package: postfix
Installed-Size: 4000
Provides: mail-transport-agent (= 1)

Package: cron
Installed-Size: 300
Depends: python3:any, default-mta | mail-transport-agent

Package: python3
Installed-Size: 84
`;

const index = debianIndex(parseDebianIndex(text));

describe('closeOver', () => {
  const names = (
    asked: readonly string[],
    {
      installed = [],
      withRecommends = false,
    }: { installed?: readonly string[]; withRecommends?: boolean } = {},
  ): string[] =>
    closeOver(index, asked, { installed: new Set(installed), withRecommends }).packages.map(
      ({ name }) => name,
    );

  it.each([
    [
      'all that is needed, in a circle too',
      ['libc6'],
      {},
      ['libc6', 'libgcc-s1', 'libcrypt1', 'gcc-12-base'],
    ],
    [
      'recommended packages where apt takes them',
      ['libcrypt1', 'libc6'],
      { withRecommends: true },
      ['libcrypt1', 'libc6', 'libgcc-s1', 'libidn2-0', 'gcc-12-base'],
    ],
    ['nothing that is there', ['libc6'], { installed: ['libc6'] }, []],
    ['the first alternative that the index has', ['exim4'], {}, ['exim4', 'postfix']],
    ['a provider of a name that no package has', ['cron'], {}, ['cron', 'python3', 'exim4', 'postfix']],
    ['no provider where one is there', ['cron'], { installed: ['postfix', 'python3'] }, ['cron']],
  ] as const)('takes %s', (_, asked, options, expected) => {
    expect(names(asked, options)).toEqual(expected);
  });

  it('tells what no index has, and sizes in bytes', () => {
    const closure = closeOver(index, ['libcrypt1', 'no-such'], {
      installed: new Set(),
      withRecommends: false,
    });
    expect(closure.unknown).toEqual(['no-such']);
    expect(closure.packages).toMatchObject([{ name: 'libcrypt1', installedBytes: 219 * 1024 }]);
  });
});

it('finds the smallest system', () => {
  expect([...minimalPackages(index)]).toEqual([
    'bash',
    'apt',
    'libc6',
    'libgcc-s1',
    'libcrypt1',
    'gcc-12-base',
  ]);
});

describe('fetchDebianIndex', () => {
  it('asks once a week and reads the same from its cache', async () => {
    const cacheDir = await mkdtemp(join(tmpdir(), 'debian-'));
    onTestFinished(() => rm(cacheDir, { recursive: true }));
    const asked: string[] = [];
    const options = {
      suite: 'bookworm',
      architecture: 'amd64',
      cacheDir,
      fetch: async (url: string | URL | Request) => {
        asked.push(String(url));
        return new Response(gzipSync(text));
      },
    } as const;
    const first = await fetchDebianIndex(options);
    expect(await fetchDebianIndex(options)).toEqual(first);
    expect(first).toEqual(index);
    expect(asked).toEqual(['http://deb.debian.org/debian/dists/bookworm/main/binary-amd64/Packages.gz']);
    await fetchDebianIndex({ ...options, now: () => Date.now() + 8 * 24 * 3600 * 1000 });
    expect(asked).toHaveLength(2);
  });

  it.each([
    ['a refusal', async () => new Response('', { status: 404 }), /answers 404/],
    ['no gzip', async () => new Response('<html>'), /cannot read/],
    ['no network', async () => Promise.reject(new Error('getaddrinfo ENOTFOUND')), /ENOTFOUND/],
    ['an index of nothing', async () => new Response(gzipSync('\n')), /empty/],
  ])('tells of %s', async (_, fetch, message) => {
    const cacheDir = await mkdtemp(join(tmpdir(), 'debian-'));
    onTestFinished(() => rm(cacheDir, { recursive: true }));
    await expect(
      fetchDebianIndex({ suite: 'bookworm', architecture: 'amd64', cacheDir, fetch }),
    ).rejects.toThrow(message);
  });
});
