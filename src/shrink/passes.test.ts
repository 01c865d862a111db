import { describe, expect, test } from 'vitest';
import { dynamicElf } from '../filetree/fixtures/dynamic-elf.ts';
import type { TarMember } from '../tar/index.ts';
import {
  distribution,
  type ShrinkHow,
  sha256,
  shrinkParts,
  textOf,
  visiblePaths,
} from './fixtures/shrink-image.ts';
import { choosePasses, shrinkManifest, shrinkPasses } from './index.ts';

const site = 'opt/venv/lib/python3.11/site-packages';

/** What goes of some files, and what is left alone. */
async function goneOf(
  members: readonly TarMember[],
  how: ShrinkHow = {},
  env: readonly string[] = [],
): Promise<{ readonly gone: readonly string[]; readonly because: readonly string[] }> {
  const shrunk = await shrinkParts({ layers: [members], config: { env } }, how);
  const left = new Set(visiblePaths(shrunk.root));
  await shrunk.close();
  const gone = members.map(({ path }) => path).filter((path) => !path.endsWith('/') && !left.has(path));
  return { gone: gone.sort(), because: shrunk.plan.leftAlone.map(({ because }) => because) };
}

const file = (path: string, content: string | Buffer = 'x'): TarMember => ({ path, content });

describe('caches', () => {
  test.each<[reason: string, path: string, isGone: boolean, env?: readonly string[]]>([
    ['pip', 'root/.cache/pip/http/a', true],
    ['pip, moved', 'opt/pip-cache/a', true, ['PIP_CACHE_DIR=/opt/pip-cache']],
    ['uv of a user', 'home/app/.cache/uv/archive-v0/x', true],
    ['npm', 'root/.npm/_cacache/a', true],
    ['what npx runs', 'root/.npm/_npx/1/bin.js', false],
    ['conda archives', 'opt/conda/pkgs/numpy.conda', true],
    ['apt lists', 'var/lib/apt/lists/deb_main_Packages', true],
    ['apk', 'var/cache/apk/APKINDEX.tar.gz', true],
    ['models: the program reads them', 'root/.cache/huggingface/hub/models--x/blobs/1', false],
    ['Go modules, which a program may be built from', 'go/pkg/mod/x', false],
    ['something of that name', 'app/cache/pip/a', false],
  ])('%s: %s goes: %s', async (_, path, isGone, env = []) => {
    expect((await goneOf([file(path)], {}, env)).gone).toEqual(isGone ? [path] : []);
  });

  test('a link that leads into a cache keeps its target', async () => {
    const members: TarMember[] = [
      file('opt/conda/pkgs/x/lib/libx.so'),
      file('opt/conda/pkgs/x/other'),
      { path: 'opt/conda/lib/libx.so', type: 'symlink', linkPath: '../pkgs/x/lib/libx.so' },
    ];
    expect((await goneOf(members)).gone).toEqual(['opt/conda/pkgs/x/other']);
  });

  test('what Conda has unpacked is no place that modules and libraries are looked for in', async () => {
    const place = (root: string): string => `${root}/lib/python3.11/site-packages`;
    const cached = 'opt/conda/pkgs/numpy-2.4.6-py311_0';
    const members: TarMember[] = [
      file('app/main.py', 'import numpy\n'),
      ...['opt/conda', cached].flatMap((root) => [
        file(`${place(root)}/numpy/__init__.py`, 'x = 1\n'),
        file(`${root}/lib/libblas.so.3`, dynamicElf({})),
      ]),
      file('opt/conda/lib/liblapack.so.3', dynamicElf({ needed: ['libblas.so.3'] })),
    ];
    expect((await goneOf(members)).gone).toEqual([
      `${cached}/lib/libblas.so.3`,
      `${place(cached)}/numpy/__init__.py`,
    ]);
  });

  test('directories of a home go with what was in them, those of the system stay', async () => {
    const shrunk = await shrinkParts({ layers: [[file('root/.cache/pip/a'), file('var/lib/apt/lists/a')]] });
    expect([shrunk.root.get('root/.cache/pip'), shrunk.root.get('root')?.entry.type]).toEqual([
      undefined,
      'directory',
    ]);
    expect(shrunk.root.get('var/lib/apt/lists')?.entry.type).toBe('directory');
    await shrunk.close();
  });
});

describe('tests of distributions', () => {
  const suite = {
    'pkg/tests/__init__.py': '',
    'pkg/tests/test_a.py': 'import pkg',
    'pkg/tests/data.csv': '1',
  };
  const gone = ['__init__.py', 'data.csv', 'test_a.py'].map((name) => `${site}/pkg/tests/${name}`);

  test.each<[reason: string, more: Readonly<Record<string, string>>, isGone: boolean]>([
    ['nothing imports it', { 'pkg/__init__.py': '' }, true],
    [
      'a comment and a docstring name it',
      { 'pkg/__init__.py': '"""see pkg.tests of it"""\n# import pkg.tests' },
      true,
    ],
    ['an import', { 'pkg/a.py': 'import pkg.tests' }, false],
    [
      'an import of what is in it, lazily',
      { 'pkg/a.py': 'def f():\n  from pkg.tests.test_a import x' },
      false,
    ],
    ['a relative import', { 'pkg/a.py': 'from . import tests' }, false],
    ['a relative import from deeper', { 'pkg/b/a.py': 'from ..tests import x' }, false],
    ['another pkg of that depth', { 'other/b/a.py': 'from ..tests import x' }, true],
    ['a string', { 'pkg/a.py': 'load("pkg.tests.data")' }, false],
    ['a relative string', { 'pkg/a.py': 'import_module(".tests", __package__)' }, false],
    ['a list for a lazy loader', { 'pkg/__init__.py': 'submodules = ["tests"]' }, false],
    [
      'a stub that a lazy loader reads',
      { 'pkg/__init__.pyi': 'from . import tests', 'pkg/__init__.py': 'import lazy_loader' },
      false,
    ],
    ['a file in another version of Python', { 'pkg/a.py': 'print "x"\nimport pkg.tests' }, false],
  ])('%s: it goes: %s', async (_, more, isGone) => {
    expect((await goneOf(distribution('pkg', { ...suite, ...more }))).gone).toEqual(isGone ? gone : []);
  });

  test('the application counts, and so does another distribution', async () => {
    const own = distribution('pkg', suite);
    const other = distribution('other', { 'other/__init__.py': 'from pkg.tests import test_a' });
    expect((await goneOf([...own, file('app/main.py', 'import pkg.tests.test_a')])).gone).toEqual([]);
    expect((await goneOf([...own, ...other])).gone).toEqual([]);
  });

  test('an entry point counts', async () => {
    const entry = { 'pkg-1.0.dist-info/entry_points.txt': '[pytest11]\np = pkg.tests.plugin\n' };
    expect((await goneOf(distribution('pkg', suite, { extra: entry }))).gone).toEqual([]);
  });

  test('what a suite that stays imports stays, too; what one that goes imports goes', async () => {
    const two = {
      'pkg/tests/test_a.py': 'from other.tests import test_b',
      'other/tests/test_b.py': '',
      'third/tests/test_c.py': 'from other.tests import test_b',
    };
    expect((await goneOf(distribution('pkg', two))).gone).toHaveLength(3);
    expect((await goneOf(distribution('pkg', { ...two, 'pkg/a.py': 'import pkg.tests' }))).gone).toEqual([
      `${site}/third/tests/test_c.py`,
    ]);
  });

  test.each<[reason: string, path: string]>([
    ['a public interface', 'pkg/testing/test_x.py'],
    ['a private one', 'pkg/_testing/test_x.py'],
    ['an interface named test without tests in it', 'pkg/test/client.py'],
    ['data only', 'pkg/tests/data.csv'],
    ['licences of vendored code', 'pkg-1.0.dist-info/licenses/test/test_x.py'],
    ['texts that programs read (iris.rst)', 'pkg/datasets/descr/iris.rst'],
    ['sources that thinc reads', 'pkg/kernel.cu'],
    ['documentation modules (botocore.docs)', 'pkg/docs/__init__.py'],
    ['examples', 'pkg/examples/a.py'],
  ])('never %s: %s', async (_, path) => {
    expect((await goneOf(distribution('pkg', { [path]: '' }))).gone).toEqual([]);
  });

  test('a file that no distribution lists keeps its folder', async () => {
    const { gone: left, because } = await goneOf([
      ...distribution('pkg', suite),
      file(`${site}/pkg/tests/own.py`),
    ]);
    expect([left, because[0]]).toEqual([[], `${site}/pkg/tests/own.py belongs to no distribution`]);
  });

  test('what the table calls safe goes, torch_shm_manager does not', async () => {
    const torch = {
      'torch/__init__.py': '',
      'torch/bin/test_api': 'x',
      'torch/bin/protoc': 'x',
      'torch/bin/torch_shm_manager': 'x',
      'torch/test/a_test': 'x',
    };
    const { gone: left } = await goneOf(distribution('torch', torch));
    expect(left).toEqual(
      ['bin/protoc', 'bin/test_api', 'test/a_test'].map((path) => `${site}/torch/${path}`),
    );
  });

  test('RECORD, and the directory, follow', async () => {
    const shrunk = await shrinkParts({ layers: [distribution('pkg', { ...suite, 'pkg/__init__.py': '' })] });
    const record = textOf(shrunk.root, `${site}/pkg-1.0.dist-info/RECORD`) ?? '';
    expect(record.split('\n').map((row) => row.split(',')[0])).toEqual([
      'pkg/__init__.py',
      'pkg-1.0.dist-info/METADATA',
      'pkg-1.0.dist-info/RECORD',
      '',
    ]);
    expect(shrunk.root.get(`${site}/pkg/tests`)).toBeUndefined();
    await shrunk.close();
  });
});

describe('type stubs', () => {
  const stub = `${site}/pkg/__init__.pyi`;
  const stubsOf = async (
    files: Readonly<Record<string, string>>,
    more: readonly TarMember[] = [],
  ): Promise<readonly string[]> =>
    (await goneOf([...distribution('pkg', { 'pkg/__init__.pyi': '', ...files }), ...more])).gone;

  test.each<[reason: string, files: Readonly<Record<string, string>>, isGone: boolean]>([
    ['nothing reads them', { 'pkg/__init__.py': 'import os' }, true],
    [
      'a lazy loader does',
      { 'pkg/__init__.py': 'import lazy_loader as lazy\nlazy.attach_stub(__name__, __file__)' },
      false,
    ],
    [
      'a vendored one does (skimage._shared.lazy)',
      { 'pkg/_shared/lazy.py': 'def attach_stub(package, filename): ...' },
      false,
    ],
    ['a type checker does, of its own typeshed', { 'pkg/find.py': 'stub = path + ".pyi"' }, false],
  ])('%s: they go: %s', async (_, files, isGone) => {
    expect(await stubsOf(files)).toEqual(isGone ? [stub] : []);
  });

  test.each<[reason: string, more: readonly TarMember[], isGone: boolean]>([
    [
      'of a lazy importer',
      distribution('lazy', {
        'lazy/__init__.py': 'from lazy_loader import attach_stub',
        'lazy/io.py': 'import pkg.sub',
      }),
      false,
    ],
    ['of an application that attaches them', [file('app/main.py', 'import lazy_loader, pkg')], false],
    [
      'where an application file beside that one imports it',
      [file('app/lazy.py', 'import lazy_loader'), file('app/main.py', 'import pkg')],
      true,
    ],
    ['of a lazy stranger', distribution('lazy', { 'lazy/__init__.py': 'import lazy_loader, package' }), true],
    [
      'of an importer that only names stubs',
      distribution('checker', { 'checker/a.py': 'import pkg\nfind(".pyi")' }),
      true,
    ],
  ])('%s: they go: %s', async (_, more, isGone) => {
    expect(await stubsOf({}, more)).toEqual(isGone ? [stub] : []);
  });

  test('of no distribution they stay, and are told where they are read', async () => {
    const { gone, because } = await goneOf([
      file('app/main.pyi'),
      file(`${site}/own/__init__.pyi`),
      ...distribution('pkg', { 'pkg/__init__.pyi': '', 'pkg/a.py': 'lazy_loader' }),
    ]);
    expect([gone, because]).toEqual([[], [`${site}/pkg/a.py reads stubs`]]);
  });
});

describe('headers and files of compilers', () => {
  const headers = { 'pkg/include/pkg/a.h': 'x', 'pkg/include/README.md': 'x' };
  const [header, readme] = [`${site}/pkg/include/pkg/a.h`, `${site}/pkg/include/README.md`];

  test.each<
    [
      reason: string,
      files: Readonly<Record<string, string>>,
      others: readonly TarMember[],
      gone: readonly string[],
    ]
  >([
    ['headers of a distribution', headers, [], [readme, header]],
    ['a folder with more than headers', { ...headers, 'pkg/include/table.json': '{}' }, [], []],
    ['a package of that name', { 'pkg/include/reader.py': '', 'pkg/include/a.h': '' }, [], []],
    ['an own compiler', { 'triton/include/a.h': 'x', 'triton/lib/liba.a': '!<arch>\nx' }, [], []],
    [
      'a distribution that compiles against others',
      headers,
      distribution('pystan', { 'pystan/a.py': '' }),
      [],
    ],
    [
      'an application that compiles, with a compiler',
      headers,
      [
        file('app/main.py', 'model = torch.compile(model)'),
        { path: 'usr/bin/gcc', mode: 0o755, content: 'x' },
      ],
      [],
    ],
    [
      'an application that wraps Fortran, with a compiler',
      { 'pkg/src/a.c': 'x' },
      [file('app/main.py', 'from numpy import f2py'), { path: 'usr/bin/gcc', mode: 0o755, content: 'x' }],
      [],
    ],
    [
      'an application that cannot compile, without a compiler',
      headers,
      [file('app/main.py', 'model = torch.compile(model)')],
      [readme, header],
    ],
    [
      'static libraries',
      { 'pkg/lib/liba.a': '!<arch>\nx', 'pkg/data.a': 'no archive' },
      [],
      [`${site}/pkg/lib/liba.a`],
    ],
    [
      'native sources',
      { 'pkg/a.pyx': 'x', 'pkg/a.c': 'x', 'pkg/a.pxd': 'x' },
      [],
      [`${site}/pkg/a.c`, `${site}/pkg/a.pyx`],
    ],
    [
      'CMake files',
      { 'pkg/share/cmake/pkg/pkgConfig.cmake': 'x' },
      [],
      [`${site}/pkg/share/cmake/pkg/pkgConfig.cmake`],
    ],
    ['sources of the application', {}, [file('app/a.c'), file('app/include/a.h')], []],
    ['headers of the system', {}, [file('usr/include/stdio.h')], ['usr/include/stdio.h']],
    ['headers of the system beside a compiler', {}, [file('usr/include/stdio.h'), file('usr/bin/cc')], []],
  ])('%s', async (_, files, others, gone) => {
    expect((await goneOf([...distribution('pkg', files), ...others])).gone).toEqual([...gone].sort());
  });
});

describe('documentation', () => {
  test.each<[path: string, isGone: boolean, env?: readonly string[]]>([
    ['usr/share/doc/curl/README.gz', true],
    ['usr/share/doc/curl/copyright', false],
    ['usr/share/man/man1/curl.1.gz', true],
    ['usr/share/locale/de/LC_MESSAGES/x.mo', true],
    ['usr/share/locale/de/LC_MESSAGES/x.mo', false, ['LANG=de_DE.UTF-8']],
    ['usr/share/locale/pt_BR/LC_MESSAGES/x.mo', false, ['LANGUAGE=fr:pt_BR']],
    ['usr/share/locale/fr/LC_MESSAGES/x.mo', true, ['LC_ALL=C.UTF-8']],
    ['usr/share/locale/locale.alias', false],
    ['usr/share/i18n/locales/de_DE', false],
    ['usr/lib/locale/C.utf8/LC_CTYPE', false],
    ['usr/share/common-licenses/GPL-3', false],
    ['opt/venv/share/man/man1/x.1', true],
    ['usr/share/vim/vim90/doc/version8.txt', true],
    ['usr/share/vim/vim90/lang/de/LC_MESSAGES/vim.mo', true],
    ['usr/share/vim/vim90/lang/de/LC_MESSAGES/vim.mo', false, ['LC_ALL=de_DE.UTF-8']],
    ['usr/share/vim/vim90/lang/menu_de_de.latin1.vim', false],
    ['usr/share/vim/vim90/syntax/python.vim', false],
    [`${site}/django/conf/locale/de/LC_MESSAGES/django.mo`, false],
  ])('%s goes: %s (%s)', async (path, isGone, env = []) => {
    expect((await goneOf([file(path)], {}, env)).gone).toEqual(isGone ? [path] : []);
  });

  test('a link to the documents of another package stays: the copyright is there', async () => {
    const link: TarMember = { path: 'usr/share/doc/libx-dev', type: 'symlink', linkPath: 'libx1' };
    expect((await goneOf([link, file('usr/share/doc/libx1/copyright')])).gone).toEqual([]);
  });
});

describe('compiled modules', () => {
  const members = [
    ...distribution('pkg', { 'pkg/a.py': '', 'pkg/only.pyc': 'x' }),
    file(`${site}/pkg/__pycache__/a.cpython-311.pyc`),
    file(`${site}/pkg/__pycache__/gone.cpython-311.pyc`),
  ];
  test('stay where nobody asks', async () => {
    expect((await goneOf(members)).gone).toEqual([]);
  });
  test.each<ShrinkHow>([{ bytecode: 'none' }, { with: ['bytecode'] }, { only: ['bytecode'] }])(
    'go with %j, where the source is there',
    async (how) => {
      expect((await goneOf(members, how)).gone).toEqual([`${site}/pkg/__pycache__/a.cpython-311.pyc`]);
    },
  );
});

describe('compiled modules that a trace tells of', () => {
  const bytecode = (name: string): string => `${site}/pkg/__pycache__/${name}.cpython-311.pyc`;
  const members = [
    ...distribution('pkg', { 'pkg/__init__.py': '', 'pkg/a.py': '', 'pkg/b.py': '' }),
    ...['__init__', 'a', 'b'].map((name) => file(bytecode(name))),
    { path: 'opt/venv/lib64', type: 'symlink', linkPath: 'lib' } as const,
  ];
  test.each<[reason: string, traced: readonly string[], gone: readonly string[]]>([
    ['what it loaded stays', [`${site}/pkg/__init__.py`, `${site}/pkg/a.py`], ['b']],
    ['through a link, too', ['opt/venv/lib64/python3.11/site-packages/pkg/b.py'], ['__init__', 'a']],
    ['what is not in the image means nothing', ['usr/lib/python3.11/abc.py'], ['__init__', 'a', 'b']],
  ])('%s', async (_, traced, gone) => {
    const how: ShrinkHow = { bytecode: 'traced', traced: new Set(traced) };
    expect((await goneOf(members, how)).gone).toEqual(gone.map(bytecode));
  });
});

describe('copies of a file', () => {
  const content = 'data '.repeat(1000);
  const [one, two] = [`${site}/a/data.csv`, `${site}/b/data.csv`];
  /** Two distributions with the same content, as tar members that can be changed. */
  const pair = (change: Partial<TarMember> = {}, name = 'data.csv', text: string = content): TarMember[] => [
    ...distribution('a', { [`a/${name}`]: text }),
    ...distribution('b', { [`b/${name}`]: text }).map((member) =>
      member.path.includes('dist-info') ? member : { ...member, ...change },
    ),
  ];
  const linksOf = async (members: readonly TarMember[], how: ShrinkHow = {}): Promise<readonly unknown[]> => {
    const shrunk = await shrinkParts({ layers: [[file('etc/base')], members] }, how);
    await shrunk.close();
    return [...shrunk.root.entries()].flatMap(({ entry: { type, path, linkTarget } }) =>
      type === 'hardlink' ? [[path, linkTarget]] : [],
    );
  };

  test('become hard links in one layer; their lists stay as they are', async () => {
    const shrunk = await shrinkParts({ layers: [pair()] });
    expect(shrunk.root.get(two)?.entry).toMatchObject({ type: 'hardlink', linkTarget: one, sizeBytes: 0 });
    for (const name of ['a', 'b']) {
      const record = textOf(shrunk.root, `${site}/${name}-1.0.dist-info/RECORD`);
      expect(record).toContain(`${name}/data.csv,sha256=${sha256(content)},5000`);
    }
    expect(shrunk.report.passes.find(({ name }) => name === 'duplicates')).toMatchObject({
      fileCount: 1,
      savedBytes: 5000,
    });
    expect(shrinkManifest(shrunk.image, shrunk.plan).files).toMatchObject([
      { path: two, action: 'linked', reason: `the same as ${one}`, savedBytes: 5000, layer: 0 },
    ]);
    await shrunk.close();
  });

  const heavy = { 'b/heavy': Buffer.alloc(20_000_000) };
  const rewritten = `${site}/b-1.0.dist-info/config.toml`;
  test.each<[reason: string, members: readonly TarMember[], how?: ShrinkHow]>([
    ['another mode', pair({ mode: 0o755 })],
    ['another owner', pair({ uid: 5 })],
    ['another group', pair({ gid: 5 })],
    ['other attributes', pair({ pax: { 'SCHILY.xattr.user.x': 'y' } })],
    ['a source of another time, which its compiled module knows', pair({ mtimeSeconds: 5 }, 'm.py')],
    ['less than a header is worth', pair({}, 'data.csv', 'short')],
    ['data of the system', [file('usr/share/x/one', content), file('usr/share/x/two', content)]],
    ['a database, which its program writes', pair({}, 'data.sqlite3')],
    ['a file of settings', pair({}, 'settings.toml')],
    [
      'metadata of an installer',
      [
        ...pair({}, 'x.csv', 'x'),
        file(`${site}/a-1.0.dist-info/config.toml`, content),
        file(rewritten, content),
      ],
    ],
    ['a library: loaders take two names of one file for one', pair({}, 'x.so')],
    ['a library by its versions', pair({}, 'libx.so.1.2')],
    ['data of the application', [file('app/one.csv', content), file('app/two.csv', content)]],
    [
      'a file of no distribution',
      [...pair({}, 'x.csv', 'x'), file(`${site}/a/own.csv`, content), file(`${site}/b/own.csv`, content)],
    ],
    [
      'another layer: heavy distributions have their own',
      [
        ...distribution('a', { 'a/data.csv': content }),
        ...distribution('b', { 'b/data.csv': content, ...heavy }),
      ],
    ],
    ['what is to be kept', pair(), { keep: ['**/b/data.csv'] }],
    ['what nobody asks for', pair(), { skip: ['duplicates'] }],
    [
      'one that goes anyway',
      [...distribution('a', { 'a/tests/test_a.py': content }), ...distribution('b', { 'b/x.py': content })],
    ],
  ])('stay: %s', async (_, members, how) => {
    expect(await linksOf(members, how)).toEqual([]);
  });

  test('a copy in the base is left there', async () => {
    const [a, b] = [
      distribution('a', { 'a/data.csv': content }),
      distribution('b', { 'b/data.csv': content }),
    ];
    const shrunk = await shrinkParts({ layers: [a, b] }, { baseLayerCount: 1 });
    expect(shrunk.root.get(two)?.entry).toMatchObject({ type: 'file', sizeBytes: 5000 });
    await shrunk.close();
  });

  test('other times do not matter but for sources; of three copies one stays', async () => {
    const third = distribution('c', { 'c/data.csv': content });
    expect(await linksOf([...pair({ mtimeSeconds: 5 }), ...third])).toEqual([
      [two, one],
      [`${site}/c/data.csv`, one],
    ]);
    expect(await linksOf(pair({}, 'm.py'))).toEqual([[`${site}/b/m.py`, `${site}/a/m.py`]]);
  });

  test('data of a distribution outside of site-packages, as jupyterlab has it', async () => {
    const members = distribution('a', { 'a/static/x.js': content, '../../../share/jupyter/x.js': content });
    expect(await linksOf(members)).toEqual([
      ['opt/venv/share/jupyter/x.js', `${site}/a/static/x.js`].sort().toReversed(),
    ]);
  });

  test('files that have several names already stay as they are', async () => {
    const link: TarMember = { path: `${site}/b/again.csv`, type: 'hardlink', linkPath: two };
    expect(await linksOf([...pair(), link])).toEqual([[two, `${site}/b/again.csv`]]);
  });
});

describe('which passes run', () => {
  const names = (choice: Parameters<typeof choosePasses>[0]): string[] =>
    choosePasses(choice).map(({ name }) => name);
  test('all but those that have to be asked for', () => {
    expect(names({})).toEqual(shrinkPasses.flatMap(({ name, risk }) => (risk === 'opt-in' ? [] : [name])));
  });
  test('only, skip and with', () => {
    expect(names({ only: ['tests', 'strip'], skip: ['strip'] })).toEqual(['tests']);
    expect(names({ only: ['tests'], with: ['bytecode'] })).toEqual(['tests', 'bytecode']);
  });
  test.each([
    ['test', /Did you mean tests/],
    ['dead-bytes', /./],
    ['xyzzy', /The passes are/],
  ])('there is no %s', (name, hint) => {
    expect(() => choosePasses({ skip: [name] })).toThrow(
      expect.objectContaining({ hint: expect.stringMatching(hint) }),
    );
  });
  test('what is to be kept keeps its whole unit', async () => {
    const suite = distribution('pkg', { 'pkg/tests/test_a.py': '', 'pkg/tests/data.csv': '' });
    const { gone, because } = await goneOf([...suite, file('root/.cache/pip/a')], { keep: ['data.csv'] });
    expect([gone, because]).toEqual([['root/.cache/pip/a'], ['it is to be kept']]);
  });
});
