import { describe, expect, test } from 'vitest';
import { rootOf } from './fixtures/root-of.ts';
import { findDistroPackages, isDistroInventoryFile, ownerIndex } from './index.ts';

const status = `Package: libc6
Status: install ok installed
Architecture: amd64
Source: glibc
Version: 2.36-9
Description: GNU C Library
 Package: not-a-field

Package: gone
Status: deinstall ok config-files
Architecture: amd64
Version: 1.0

Package: half
Status: install ok half-configured
Architecture: all
Version: 3
`;

describe('dpkg', () => {
  const root = rootOf({
    lib: { link: 'usr/lib' },
    'usr/lib/x86_64-linux-gnu/libc.so.6': 1000,
    'usr/share/doc/libc6/copyright': 10,
    'usr/bin/half': 7,
    'etc/gone.conf': 5,
    'var/lib/dpkg/status': status,
    'var/lib/dpkg/info/libc6:amd64.list':
      '/.\n/lib\n/lib/x86_64-linux-gnu\n/lib/x86_64-linux-gnu/libc.so.6\n/usr/share/doc/libc6/copyright\n/usr/share/doc/libc6/removed\n',
    'var/lib/dpkg/info/half.list': '/usr/bin/half\n/usr/share/doc/libc6/copyright\n',
    'var/lib/dpkg/info/gone.list': '/etc/gone.conf\n',
  });
  const inventory = findDistroPackages(root);

  test('a package removed with its configuration left is not installed, a half-configured one is', () => {
    expect(inventory.packages.map(({ name }) => name)).toEqual(['libc6', 'half']);
  });

  test('a path listed through a merged /usr is found where the image shows it', () => {
    expect(inventory.packages[0]).toMatchObject({
      manager: 'dpkg',
      version: '2.36-9',
      architecture: 'amd64',
      sourceName: 'glibc',
      files: ['usr/lib/x86_64-linux-gnu/libc.so.6', 'usr/share/doc/libc6/copyright'],
      sizeBytes: 1010,
    });
    expect(inventory.ownerOf('usr/lib/x86_64-linux-gnu/libc.so.6')?.name).toBe('libc6');
  });

  test('a file that two packages list counts once', () => {
    expect(inventory.packages[1]).toMatchObject({ files: ['usr/bin/half'], sizeBytes: 7 });
  });

  test('a file that another package diverts is where dpkg put it; the diverting package has its own', () => {
    const { packages } = findDistroPackages(
      rootOf({
        'var/lib/dpkg/status': ['coreutils', 'wrapper']
          .map((name) => `Package: ${name}\nStatus: install ok installed\nVersion: 1\n`)
          .join('\n'),
        'var/lib/dpkg/diversions':
          '/usr/bin/ls\n/usr/bin/ls.distrib\nwrapper\n/usr/bin/cp\n/usr/bin/cp.real\n:\n',
        'var/lib/dpkg/info/coreutils.list': '/usr/bin/ls\n/usr/bin/cp\n',
        'var/lib/dpkg/info/wrapper.list': '/usr/bin/ls\n',
        'usr/bin/ls': 1,
        'usr/bin/ls.distrib': 20,
        'usr/bin/cp': 300,
        'usr/bin/cp.real': 4000,
      }),
    );
    expect(packages.map(({ files }) => files)).toEqual([
      ['usr/bin/ls.distrib', 'usr/bin/cp.real'],
      ['usr/bin/ls'],
    ]);
  });

  test('a package installed for two architectures has a list for each', () => {
    const paragraph = (architecture: string): string =>
      `Package: libz\nStatus: install ok installed\nArchitecture: ${architecture}\nMulti-Arch: same\nVersion: 1\n`;
    const { packages } = findDistroPackages(
      rootOf({
        lib: { link: 'usr/lib' },
        'usr/lib/amd64/libz.so': 1,
        'usr/lib/i386/libz.so': 2,
        'var/lib/dpkg/status': `${paragraph('amd64')}\n${paragraph('i386')}`,
        'var/lib/dpkg/info/libz:amd64.list': '/usr/lib/amd64/libz.so\n',
        'var/lib/dpkg/info/libz:i386.list': '/lib/i386/libz.so\n',
      }),
    );
    expect(packages.map(({ architecture, files }) => [architecture, files])).toEqual([
      ['amd64', ['usr/lib/amd64/libz.so']],
      ['i386', ['usr/lib/i386/libz.so']],
    ]);
  });

  test('a database that was too large to be captured is told', () => {
    const { unreadable } = findDistroPackages(rootOf({ 'var/lib/dpkg/status': 9_000_000 }));
    expect(unreadable).toEqual([
      { path: 'var/lib/dpkg/status', reason: 'it was not kept while its layer was read' },
    ]);
  });

  test('every file that the inventory read is one that the predicate captures', () => {
    const read = [
      'var/lib/dpkg/status',
      'var/lib/dpkg/diversions',
      'var/lib/dpkg/info/libc6:amd64.list',
      'var/lib/dpkg/status.d/base',
      'lib/apk/db/installed',
      'etc/os-release',
      'usr/lib/os-release',
    ];
    expect(read.filter(isDistroInventoryFile)).toEqual(read);
    expect(
      ['var/lib/dpkg/info/libc6.md5sums', 'var/lib/dpkg/status-old', 'etc/passwd'].filter(
        isDistroInventoryFile,
      ),
    ).toEqual([]);
  });
});

test('distroless keeps one control file a package in status.d, with md5sums as the list', () => {
  const root = rootOf({
    'var/lib/dpkg/status.d/base-files': 'Package: base-files\nVersion: 12\nArchitecture: amd64\n',
    'var/lib/dpkg/status.d/base-files.md5sums': 'd41d8cd98f00b204e9800998ecf8427e  etc/issue\n',
    'etc/issue': 20,
    'usr/lib/os-release': 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Distroless"\n',
  });
  const { packages, release } = findDistroPackages(root);
  expect(packages).toMatchObject([
    { name: 'base-files', version: '12', files: ['etc/issue'], sizeBytes: 20 },
  ]);
  expect(release).toEqual({ id: 'debian', versionId: '12', prettyName: 'Distroless' });
});

test('apk lists files under their folders; a package lists itself as its own origin', () => {
  const root = rootOf({
    'lib/apk/db/installed':
      'C:Q1abc=\nP:musl\nV:1.2.4-r2\nA:x86_64\no:musl\nF:lib\nR:ld-musl-x86_64.so.1\na:0:0:755\nF:etc\nR:musl.conf\n\nP:libcrypto3\nV:3.1\nA:x86_64\no:openssl\nF:\nR:at-root\n',
    'lib/ld-musl-x86_64.so.1': 600,
    'etc/musl.conf': 3,
    'at-root': 1,
  });
  expect(findDistroPackages(root).packages).toMatchObject([
    { manager: 'apk', name: 'musl', files: ['lib/ld-musl-x86_64.so.1', 'etc/musl.conf'], sizeBytes: 603 },
    { name: 'libcrypto3', sourceName: 'openssl', files: ['at-root'] },
  ]);
});

test('apk on a merged /usr has its database there, and paths of both names', () => {
  const root = rootOf({
    lib: { link: 'usr/lib' },
    'usr/lib/apk/db/installed':
      'P:musl\nV:1.2.5-r1\nA:aarch64\nF:lib\nM:0:0:755\nR:ld-musl.so.1\na:0:0:755\nZ:Q1x=\nF:usr/lib\nR:name with  spaces \n\n',
    'usr/lib/ld-musl.so.1': 600,
    'usr/lib/name with  spaces ': 3,
  });
  expect(findDistroPackages(root).packages[0]?.files).toEqual([
    'usr/lib/ld-musl.so.1',
    'usr/lib/name with  spaces ',
  ]);
});

test('an image without any package database has an empty inventory', () => {
  const inventory = findDistroPackages(rootOf({ 'bin/app': 1 }));
  expect(inventory.packages).toEqual([]);
  expect(inventory.release).toBeUndefined();
  expect(inventory.ownerOf('bin/app')).toBeUndefined();
});

test('a loop of symlinked directories ends', () => {
  const root = rootOf({
    a: { link: 'b' },
    b: { link: 'a' },
    'var/lib/dpkg/status': 'Package: x\nStatus: install ok installed\nVersion: 1\n',
    'var/lib/dpkg/info/x.list': '/a/file\n',
  });
  expect(findDistroPackages(root).packages[0]?.files).toEqual([]);
});

test('the first package that lists a path owns it', () => {
  const ownerOf = ownerIndex([
    { name: 'a', version: '1', files: ['x'], sizeBytes: 0 },
    { name: 'b', version: '1', files: ['x', 'y'], sizeBytes: 0 },
  ]);
  expect([ownerOf('x')?.name, ownerOf('y')?.name, ownerOf('z')]).toEqual(['a', 'b', undefined]);
});

describe('the lists of distroless images of Azure Linux', () => {
  const columns = (...cells: readonly string[]): string => `${cells.join('\t')}\n`;
  const detailed =
    columns(
      'glibc',
      '2.38-11.azl3',
      '1760000000',
      '1750000000',
      'Microsoft Corporation',
      '(none)',
      '9000',
      'x86_64',
      '0',
      'glibc-2.38-11.azl3.src.rpm',
    ) +
    columns(
      'openssl-libs',
      '3.3.5-4.azl3',
      '1760000000',
      '1750000000',
      'Microsoft Corporation',
      '1',
      '6000',
      'x86_64',
      '1',
      'openssl-3.3.5-4.azl3.src.rpm',
    );
  const plain = 'glibc-2.38-11.azl3.x86_64\nopenssl-libs-3.3.5-4.azl3.x86_64\n';

  test('name packages with version and source; no files, so they own none', () => {
    const { packages, unreadable } = findDistroPackages(
      rootOf({
        'var/lib/rpmmanifest/container-manifest-1': plain,
        'var/lib/rpmmanifest/container-manifest-2': detailed,
      }),
    );
    expect(packages).toEqual([
      {
        manager: 'rpm',
        name: 'glibc',
        version: '2.38-11.azl3',
        architecture: 'x86_64',
        files: [],
        sizeBytes: 0,
      },
      {
        manager: 'rpm',
        name: 'openssl-libs',
        version: '1:3.3.5-4.azl3',
        architecture: 'x86_64',
        sourceName: 'openssl',
        files: [],
        sizeBytes: 0,
      },
    ]);
    expect(unreadable).toEqual([]);
  });

  test('the shorter one does where the other is missing; what it does not understand is told', () => {
    const path = 'var/lib/rpmmanifest/container-manifest-1';
    const { packages, unreadable } = findDistroPackages(rootOf({ [path]: `${plain}nonsense\n` }));
    expect(packages.map(({ name, version }) => [name, version])).toEqual([
      ['glibc', '2.38-11.azl3'],
      ['openssl-libs', '3.3.5-4.azl3'],
    ]);
    expect(unreadable).toEqual([{ path, reason: '1 of its 3 lines describe no package' }]);
  });

  test('are passed over where there is a database', () => {
    const { packages } = findDistroPackages(
      rootOf({ 'var/lib/rpmmanifest/container-manifest-2': detailed, 'var/lib/rpm/rpmdb.sqlite': 'damaged' }),
    );
    expect(packages).toEqual([]);
  });

  test('are captured', () => {
    expect([1, 2].map((n) => isDistroInventoryFile(`var/lib/rpmmanifest/container-manifest-${n}`))).toEqual([
      true,
      true,
    ]);
  });
});
