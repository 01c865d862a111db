import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runProcess } from '../../base/index.ts';
import { dynamicElf } from '../../filetree/fixtures/dynamic-elf.ts';
import type { ImageParts } from '../../image/index.ts';
import type { TarMember } from '../../tar/index.ts';
import { dpkg, type TestPackage } from '../fixtures/dpkg.ts';
import { distribution, type ShrinkHow, shrinkParts, textOf, visiblePaths } from '../fixtures/shrink-image.ts';

interface Outcome {
  readonly left: readonly string[];
  readonly because: readonly string[];
  readonly paths: readonly string[];
  text(path: string): string | undefined;
}

/** Which packages are left. */
async function packagesLeft(
  members: readonly TarMember[],
  how: ShrinkHow = {},
  config: ImageParts['config'] = {},
): Promise<Outcome> {
  const shrunk = await shrinkParts({ layers: [members], config }, { only: ['build-tools'], ...how });
  const paths = [...shrunk.root.entries()].map(({ entry }) => entry.path).sort();
  const status = textOf(shrunk.root, 'var/lib/dpkg/status') ?? '';
  const lists = visiblePaths(shrunk.root).flatMap((path) => /info\/(.*)\.list$/.exec(path)?.[1] ?? []);
  const left = [...status.matchAll(/^Package: (.*)$/gm)].map((match) => match[1] ?? '');
  expect([...left].sort()).toEqual(lists.sort());
  const { root } = shrunk;
  const texts = new Map(paths.map((path) => [path, textOf(root, path)]));
  await shrunk.close();
  const because = [...shrunk.plan.leftAlone, ...shrunk.plan.takenBack].map((one) => one.because);
  return { left, because, paths, text: (path) => texts.get(path) };
}

const gcc: TestPackage = {
  name: 'gcc',
  fields: ['Depends: cpp, binutils (>= 1)', 'Recommends: libc6-dev'],
  files: { 'usr/bin/gcc': 'x' },
};
const cpp: TestPackage = { name: 'cpp', isAutomatic: true, files: { 'usr/bin/cpp': 'x' } };
const binutils: TestPackage = {
  name: 'binutils',
  isAutomatic: true,
  fields: ['Depends: libctf0'],
  files: { 'usr/bin/ld': 'x' },
};
const libctf: TestPackage = {
  name: 'libctf0',
  isAutomatic: true,
  files: { 'usr/lib/x86_64-linux-gnu/libctf.so.0': 'x' },
};
const headers: TestPackage = { name: 'libc6-dev', isAutomatic: true, files: { 'usr/include/stdio.h': 'x' } };
const git: TestPackage = {
  name: 'git',
  fields: ['Depends: perl, liberror-perl'],
  files: { 'usr/bin/git': 'x' },
};
const perl: TestPackage = { name: 'perl', isAutomatic: true, files: { 'usr/bin/perl': 'x' } };
const error: TestPackage = {
  name: 'liberror-perl',
  isAutomatic: true,
  files: { 'usr/share/perl5/Error.pm': 'x' },
};
const base: TestPackage = { name: 'bash', fields: ['Essential: yes'], files: { 'usr/bin/bash': 'x' } };
const toolchain = [gcc, cpp, binutils, libctf, headers, base];
const file = (path: string, content: string | Buffer = 'x', mode = 0o644): TarMember => ({
  path,
  mode,
  content,
});

describe('packages', () => {
  test('go with what apt brought along for them, and the database follows', async () => {
    const { left, paths, text } = await packagesLeft(dpkg(toolchain));
    expect(left).toEqual(['bash']);
    expect(text('var/lib/apt/extended_states')).toBe('');
    expect(text('var/lib/dpkg/status')).toBe(
      'Package: bash\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1.0\nEssential: yes\nDescription: Größe\n\n',
    );
    expect(paths.filter((path) => path.startsWith('usr/'))).toEqual(['usr/bin', 'usr/bin/bash']);
  });

  test('stay where nobody asks', async () => {
    expect((await packagesLeft(dpkg(toolchain), { only: [], skip: [] })).left).toHaveLength(toolchain.length);
  });

  test.each<[reason: string, packages: readonly TestPackage[], left: readonly string[]]>([
    [
      'one that was asked for depends on it',
      [...toolchain, { name: 'r-base', fields: ['Depends: gcc | c-compiler'] }],
      ['gcc', 'cpp', 'binutils', 'libctf0', 'bash', 'r-base'],
    ],
    [
      'one that was asked for has another choice',
      [
        ...toolchain,
        { name: 'r-base', fields: ['Depends: gcc | c-compiler'] },
        { name: 'tcc', fields: ['Provides: c-compiler'] },
      ],
      ['bash', 'r-base', 'tcc'],
    ],
    [
      'one that was asked for only recommends it',
      [...toolchain, { name: 'r-base', fields: ['Recommends: gcc'] }],
      ['bash', 'r-base'],
    ],
    [
      'an orphan that somebody else depends on',
      [...toolchain, { name: 'x', fields: ['Depends: libctf0'] }],
      ['libctf0', 'bash', 'x'],
    ],
    [
      'an orphan that somebody else recommends',
      [...toolchain, { name: 'x', fields: ['Recommends: libctf0'] }],
      ['libctf0', 'bash', 'x'],
    ],
    [
      'what was asked for by name',
      [gcc, { ...cpp, isAutomatic: false }, binutils, { ...libctf, isAutomatic: false }, base],
      ['libctf0', 'bash'],
    ],
    [
      'what is required',
      [gcc, cpp, { ...binutils, fields: ['Priority: required', 'Essential: yes'] }, base],
      ['binutils', 'bash'],
    ],
    ['version control', [git, perl, error, base], ['bash']],
    [
      'packages of the image that build nothing',
      [{ name: 'libpq5' }, { name: 'curl' }, { name: 'vim' }, { name: 'libpq-dev' }],
      ['libpq5', 'curl', 'vim'],
    ],
  ])('%s', async (_, packages, left) => {
    expect((await packagesLeft(dpkg(packages))).left).toEqual(left);
  });
});

describe('what else needs a package', () => {
  const elf = (needed: readonly string[], texts: readonly string[] = []): Buffer =>
    dynamicElf({ needed, texts });
  test.each<[reason: string, more: readonly TarMember[], left: readonly string[]]>([
    [
      'a library that a wheel is linked with',
      [file('opt/x/a.so', elf(['libctf.so.0']))],
      ['libctf0', 'bash'],
    ],
    ['a library of that name elsewhere', [file('opt/x/a.so', elf(['libctf.so.1']))], ['bash']],
    [
      'a library that a file loads by name',
      [file('opt/x/a.so', elf([], ['libctf.so.0', 'dlopen']))],
      ['libctf0', 'bash'],
    ],
    [
      'a library of which any version will do',
      [file('opt/x/a.so', elf([], ['libctf.so', 'libctf.so.7', 'dlopen']))],
      ['bash'],
    ],
    ['a script in a manual', [file('usr/share/doc/x/examples/run', '#!/usr/bin/cpp\n', 0o755)], ['bash']],
    [
      'what the standard library is configured with',
      [file('usr/lib/python3.11/config-3.11/install-sh', '#!/bin/sh\nld\n', 0o755)],
      ['bash'],
    ],
    ['a name in a file that loads nothing', [file('opt/x/a.so', elf([], ['libctf.so.0']))], ['bash']],
    ['a library that Python loads', [file('app/a.py', 'CDLL("libctf.so.0")')], ['libctf0', 'bash']],
    ['a library that Python looks for', [file('app/a.py', 'find_library("ctf")')], ['libctf0', 'bash']],
    ['a library that a comment names', [file('app/a.py', '# see libctf.so.0')], ['bash']],
    [
      'a program that Python starts',
      [file('app/a.py', 'run(["ld", "-v"])')],
      ['binutils', 'libctf0', 'bash'],
    ],
    [
      'a program that a script starts',
      [file('srv/run', '#!/bin/sh\nld -v\n', 0o755)],
      ['binutils', 'libctf0', 'bash'],
    ],
    ['a program that a comment of a script names', [file('srv/run', '#!/bin/sh\n# ld\n', 0o755)], ['bash']],
    ['the interpreter of a script', [file('srv/run', '#!/usr/bin/cpp -P\n', 0o755)], ['cpp', 'bash']],
    [
      'the interpreter of a script, looked for',
      [file('srv/run', '#!/usr/bin/env cpp\n', 0o755)],
      ['cpp', 'bash'],
    ],
    [
      'an application that compiles',
      [file('app/a.py', 'torch.compile(model)')],
      toolchain.map(({ name }) => name),
    ],
    [
      'a distribution that compiles',
      distribution('pytensor', { 'pytensor/__init__.py': '' }),
      toolchain.map(({ name }) => name),
    ],
    [
      'a distribution with kernels of its own',
      [
        ...distribution('triton', { 'triton/__init__.py': '' }),
        ...distribution('fla', { 'fla/__init__.py': 'def f():\n    import triton' }),
      ],
      toolchain.map(({ name }) => name),
    ],
    [
      'a compiler for kernels that only torch knows',
      [
        ...distribution('triton', { 'triton/__init__.py': '' }),
        ...distribution('torch', { 'torch/__init__.py': 'import triton' }),
      ],
      ['bash'],
    ],
    [
      'modules that are compiled ahead',
      [...distribution('numba', { 'numba/__init__.py': '' }), file('app/a.py', 'from numba.pycc import CC')],
      toolchain.map(({ name }) => name),
    ],
  ])('%s', async (_, more, left) => {
    expect((await packagesLeft([...dpkg(toolchain), ...more])).left).toEqual(left);
  });

  test.each<[config: ImageParts['config'], left: readonly string[]]>([
    [{ cmd: ['git', 'daemon'] }, ['git', 'perl', 'liberror-perl']],
    [{ healthcheck: { test: ['CMD-SHELL', 'perl -e 1 || exit 1'] } }, ['perl']],
    [{ cmd: ['python', 'app.py'] }, []],
  ])('%j', async (config, left) => {
    expect((await packagesLeft(dpkg([git, perl, error]), {}, config)).left).toEqual(left);
  });

  test('packages of another manager are named, and stay', async () => {
    const database = 'C:Q1\nP:gcc\nV:1-r0\nA:x86_64\nF:usr/bin\nR:gcc\n\n';
    const { because, paths } = await packagesLeft([
      file('lib/apk/db/installed', database),
      file('usr/bin/gcc', 'x', 0o755),
    ]);
    expect([because, paths.includes('usr/bin/gcc')]).toEqual([
      ['packages of apk (gcc) are not taken apart'],
      true,
    ]);
  });

  test('a distribution that is known to start it', async () => {
    const members = [...dpkg([git, perl, error]), ...distribution('GitPython', { 'git/__init__.py': '' })];
    expect((await packagesLeft(members)).left).toEqual(['git', 'perl', 'liberror-perl']);
  });

  test.each<[name: string, isStarted: boolean, reason: string]>([
    ['packaging', false, 'base images install it, pip and setuptools from files; it starts nothing'],
    ['setuptools', false, 'what installs others is not the application'],
    ['web', true, 'nothing else requires it: it is the application'],
  ])('a distribution that comes from a file: %s (%s, %s)', async (name, isStarted) => {
    const source = `import os\nrun(["git", "log"])\n`;
    const extra = {
      [`${name}-1.0.dist-info/direct_url.json`]: '{"url": "file:///mnt/a.whl", "archive_info": {}}',
    };
    const members = distribution(name, { [`${name}/__init__.py`]: source }, { extra });
    const { left } = await packagesLeft([...dpkg([git, perl, error]), ...members]);
    expect(left.includes('git')).toBe(isStarted);
  });

  test('what a link outside leads to', async () => {
    const link: TarMember = { path: 'srv/compiler', type: 'symlink', linkPath: '/usr/bin/gcc' };
    const { left, because } = await packagesLeft([...dpkg(toolchain), link]);
    expect(left).toEqual(['gcc', 'cpp', 'binutils', 'libctf0', 'bash']);
    expect(because[0]).toBe('the link srv/compiler leads to it');
  });

  test('what is said of it', async () => {
    const { because } = await packagesLeft([...dpkg(toolchain), file('app/a.py', 'torch.compile(model)')]);
    expect(new Set(because)).toEqual(new Set(['app/a.py compiles while it runs']));
  });
});

describe('what ties packages together', () => {
  const group = (choices: readonly string[]): TarMember =>
    file(
      'var/lib/dpkg/alternatives/cc',
      `auto\n/usr/bin/cc\n\n${choices.map((path) => `${path}\n20\n`).join('')}\n`,
    );
  const links: TarMember[] = [
    { path: 'usr/bin/cc', type: 'symlink', linkPath: '/etc/alternatives/cc' },
    { path: 'etc/alternatives/cc', type: 'symlink', linkPath: '/usr/bin/gcc' },
  ];
  test('an alternative goes with its only program', async () => {
    const { left, paths } = await packagesLeft([...dpkg(toolchain), group(['/usr/bin/gcc']), ...links]);
    expect([left, paths.filter((path) => path.endsWith('/cc'))]).toEqual([['bash'], []]);
  });
  test('a program that another one would have to stand in for stays', async () => {
    const tcc: TestPackage = { name: 'tcc', files: { 'usr/bin/tcc': 'x' } };
    const { left, because } = await packagesLeft([
      ...dpkg([...toolchain, tcc]),
      group(['/usr/bin/gcc', '/usr/bin/tcc']),
      ...links,
    ]);
    expect([left.includes('gcc'), because.join()]).toEqual([
      true,
      expect.stringContaining('etc/alternatives/cc would have to lead to'),
    ]);
  });
  test('a choice that is not taken leaves the list', async () => {
    const vi: TestPackage = { name: 'tcc', files: { 'usr/bin/tcc': 'x' } };
    const other = links.map((one) =>
      one.path.startsWith('etc') ? { ...one, linkPath: '/usr/bin/tcc' } : one,
    );
    const { left, text } = await packagesLeft([
      ...dpkg([...toolchain, vi]),
      group(['/usr/bin/gcc', '/usr/bin/tcc']),
      ...other,
    ]);
    expect([left, text('var/lib/dpkg/alternatives/cc')]).toEqual([
      ['bash', 'tcc'],
      'auto\n/usr/bin/cc\n\n/usr/bin/tcc\n20\n\n',
    ]);
  });
  test('triggers and diversions of what goes are forgotten', async () => {
    const { text } = await packagesLeft([
      ...dpkg(toolchain),
      file('var/lib/dpkg/triggers/File', '/usr/lib/a gcc:amd64/noawait\n/usr/lib/b bash\n'),
      file('var/lib/dpkg/triggers/ldconfig', 'libctf0:amd64/noawait\nbash\n'),
      file('var/lib/dpkg/diversions', '/usr/bin/a\n/usr/bin/a.x\ngcc\n/bin/sh\n/bin/sh.x\nbash\n'),
    ]);
    expect([
      text('var/lib/dpkg/triggers/File'),
      text('var/lib/dpkg/triggers/ldconfig'),
      text('var/lib/dpkg/diversions'),
    ]).toEqual(['/usr/lib/b bash\n', 'bash\n', '/bin/sh\n/bin/sh.x\nbash\n']);
  });
  test('a package that has moved the file of another stays', async () => {
    const members = [
      ...dpkg(toolchain),
      file('var/lib/dpkg/diversions', '/usr/bin/a\n/usr/bin/a.x\ngcc\n'),
      file('usr/bin/a.x'),
    ];
    expect((await packagesLeft(members)).because).toContain('it diverts /usr/bin/a');
  });
  test('what two packages list stays for the other', async () => {
    const shared = { 'usr/share/doc/x/copyright': 'x' };
    const { paths } = await packagesLeft(
      dpkg([
        { ...gcc, files: { ...gcc.files, ...shared } },
        { ...base, files: shared },
      ]),
    );
    expect(paths).toContain('usr/share/doc/x/copyright');
  });
  test('services that scripts have enabled, and bytecode, go with it', async () => {
    const mercurial: TestPackage = {
      name: 'mercurial',
      files: { 'usr/lib/systemd/system/hg.service': 'x', 'usr/lib/python3/dist-packages/hgx.py': '' },
    };
    const { paths } = await packagesLeft([
      ...dpkg([mercurial]),
      {
        path: 'etc/systemd/system/multi-user.target.wants/hg.service',
        type: 'symlink',
        linkPath: '/usr/lib/systemd/system/hg.service',
      },
      file('usr/lib/python3/dist-packages/__pycache__/hgx.cpython-311.pyc'),
    ]);
    expect(paths.filter((path) => path.includes('hg'))).toEqual([]);
  });
  test('packages in the base stay, with what lies above', async () => {
    const members = dpkg(toolchain);
    const isLow = ({ path }: TarMember): boolean =>
      /usr\/bin\/gcc|info\/gcc\.|usr\/bin\/bash|info\/bash/.test(path);
    const layers = [members.filter(isLow), members.filter((one) => !isLow(one))];
    const shrunk = await shrinkParts({ layers }, { only: ['build-tools'], baseLayerCount: 1 });
    const status = textOf(shrunk.root, 'var/lib/dpkg/status') ?? '';
    await shrunk.close();
    expect([...status.matchAll(/^Package: (.*)$/gm)].map((match) => match[1])).toEqual([
      'gcc',
      'cpp',
      'binutils',
      'libctf0',
      'bash',
    ]);
  });
});

const hasDpkg = (await runProcess('dpkg', ['--version']).catch(() => undefined))?.code === 0;

describe.skipIf(!hasDpkg)('dpkg itself', () => {
  test('finds nothing amiss in what is left', async () => {
    const admin = await mkdtemp(join(tmpdir(), 'plimsoll-dpkg-'));
    const { paths, text } = await packagesLeft([
      ...dpkg([...toolchain, { name: 'r-base', fields: ['Depends: bash'] }]),
      file('var/lib/dpkg/triggers/File', '/usr/lib/b r-base\n'),
      file('var/lib/dpkg/diversions', '/usr/bin/a\n/usr/bin/a.x\ngcc\n/bin/x\n/bin/x.y\nbash\n'),
      file('var/lib/dpkg/info/format', '1\n'),
      file('var/lib/dpkg/arch', 'amd64\n'),
    ]);
    for (const path of paths.filter((one) => one.startsWith('var/lib/dpkg/') && text(one) !== undefined)) {
      const place = join(admin, path.slice('var/lib/dpkg/'.length));
      await mkdir(dirname(place), { recursive: true });
      await writeFile(place, text(path) ?? '');
    }
    await mkdir(join(admin, 'updates'), { recursive: true });
    const audit = await runProcess('dpkg', [`--admindir=${admin}`, '--audit']);
    const list = await runProcess('dpkg-query', [
      `--admindir=${admin}`,
      '-W',
      '-f',
      '${db:Status-Abbrev}${Package}\n',
    ]);
    const diversions = await runProcess('dpkg-divert', [`--admindir=${admin}`, '--list']);
    await rm(admin, { recursive: true });
    expect([audit.code, audit.stdout]).toEqual([0, '']);
    expect([list.code, list.stdout]).toEqual([0, 'ii bash\nii r-base\n']);
    expect(diversions.stdout).toBe('diversion of /bin/x to /bin/x.y by bash\n');
  });
});

describe('installers of Python', () => {
  const pip = distribution('pip', { 'pip/__init__.py': '' });
  const setuptools = distribution('setuptools', {
    'setuptools/__init__.py': '',
    'pkg_resources/__init__.py': '',
  });
  test.each<[reason: string, more: readonly TarMember[], gone: readonly string[]]>([
    ['nothing needs them', [], ['pip', 'setuptools']],
    [
      'the standard library names it',
      [file('usr/lib/python3.11/ensurepip/__init__.py', 'import pip')],
      ['pip', 'setuptools'],
    ],
    ['a module that imports pkg_resources', [file('app/a.py', 'import pkg_resources')], ['pip']],
    [
      'a distribution that imports setuptools',
      distribution('x', { 'x/__init__.py': 'import setuptools' }),
      ['pip'],
    ],
    [
      'a distribution that requires it',
      distribution('x', { 'x/__init__.py': '' }, { requires: ['setuptools'] }),
      ['pip'],
    ],
    [
      'a program that installs',
      [file('app/a.py', 'run([sys.executable, "-m", "pip", "install", "x"])')],
      ['setuptools'],
    ],
  ])('%s', async (_, more, gone) => {
    const { paths } = await packagesLeft([...pip, ...setuptools, ...more]);
    expect(
      ['pip', 'setuptools'].filter(
        (name) => !paths.some((path) => path.endsWith(`${name}-1.0.dist-info/METADATA`)),
      ),
    ).toEqual(gone);
  });
});

describe('apt', () => {
  const apt: TestPackage = {
    name: 'apt',
    fields: ['Priority: required', 'Depends: libapt-pkg6.0'],
    files: { 'usr/bin/apt': 'x' },
  };
  const library: TestPackage = {
    name: 'libapt-pkg6.0',
    isAutomatic: true,
    files: { 'usr/lib/libapt-pkg.so.6.0': 'x' },
  };
  test('stays with the build tools gone, and goes by name', async () => {
    expect((await packagesLeft(dpkg([apt, library, ...toolchain]))).left).toEqual([
      'apt',
      'libapt-pkg6.0',
      'bash',
    ]);
    expect((await packagesLeft(dpkg([apt, library, base]), { only: ['apt'] })).left).toEqual(['bash']);
  });
  test('stays where a script installs', async () => {
    const members = [
      ...dpkg([apt, library, base]),
      file('srv/start.sh', '#!/bin/sh\napt install x\n', 0o755),
    ];
    expect((await packagesLeft(members, { only: ['apt'] })).left).toEqual(['apt', 'libapt-pkg6.0', 'bash']);
  });
});
