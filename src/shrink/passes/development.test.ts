import { describe, expect, test } from 'vitest';
import type { ImageParts } from '../../image/index.ts';
import type { TarMember } from '../../tar/index.ts';
import {
  type DistributionHow,
  distribution,
  type ShrinkHow,
  shrinkParts,
  textOf,
  visiblePaths,
} from '../fixtures/shrink-image.ts';

const site = 'opt/venv/lib/python3.11/site-packages';
const file = (path: string, content = 'x'): TarMember => ({ path, content });

/** A distribution with a module of its name. */
function made(name: string, text = '', how: DistributionHow = {}): TarMember[] {
  return distribution(name, { [`${name.replaceAll('-', '_')}/__init__.py`]: text }, how);
}

/** Which distributions go, and why others stay. */
async function goneFrom(
  members: readonly TarMember[],
  how: ShrinkHow = {},
  config: ImageParts['config'] = {},
): Promise<{ readonly gone: readonly string[]; readonly because: readonly string[] }> {
  const shrunk = await shrinkParts({ layers: [members], config }, { only: ['development'], ...how });
  const infos = (paths: readonly string[]): string[] =>
    paths.flatMap((path) => /([^/]+)-1\.0\.dist-info\/METADATA$/.exec(path)?.[1] ?? []);
  const left = new Set(infos(visiblePaths(shrunk.root)));
  await shrunk.close();
  const { leftAlone, takenBack } = shrunk.plan;
  return {
    gone: infos(members.map(({ path }) => path))
      .filter((name) => !left.has(name))
      .sort(),
    because: [...leftAlone, ...takenBack].map(({ because }) => because),
  };
}

const pytest = made('pytest', '', { requires: ['pluggy>=1', 'colorama; sys_platform == "win32"'] });
const pluggy = made('pluggy');

describe('what only development uses', () => {
  test('goes with what it alone brought along', async () => {
    expect((await goneFrom([...pytest, ...pluggy, ...made('numpy')])).gone).toEqual(['pluggy', 'pytest']);
  });

  test.each<[reason: string, more: readonly TarMember[], gone: readonly string[]]>([
    ['the application imports it', [file('app/main.py', 'import pytest')], []],
    ['the application imports it lazily', [file('app/a.py', 'def f():\n    import pytest')], []],
    [
      'the application imports it where it is there',
      [file('app/a.py', 'try:\n    import pytest\nexcept ImportError:\n    pass')],
      [],
    ],
    ['the application imports it by name', [file('app/a.py', 'm = import_module("pytest")')], []],
    ['the application starts it', [file('app/a.py', 'run(["pytest", "-q"])')], []],
    ['the application starts it through a shell', [file('app/a.py', 'os.system("cd x && pytest -q")')], []],
    [
      'a script of the application starts it',
      [{ path: 'srv/run', mode: 0o755, content: '#!/bin/sh\nexec pytest -q\n' }],
      [],
    ],
    [
      'tests of the application import it',
      [file('app/tests/test_a.py', 'import pytest')],
      ['pluggy', 'pytest'],
    ],
    [
      'a word that means something else',
      [file('app/a.py', 'text = "we use pytest for tests"')],
      ['pluggy', 'pytest'],
    ],
    ['a distribution that stays requires it', made('web', '', { requires: ['pytest'] }), []],
    [
      'only an extra of one requires it',
      made('web', '', { requires: ['pytest; extra == "test"'] }),
      ['pluggy', 'pytest'],
    ],
    ['a distribution that stays imports it', made('web', 'import pytest'), []],
    [
      'one that stays imports it where it is there',
      made('web', 'try:\n    import pytest\nexcept ImportError:\n    pytest = None'),
      ['pluggy', 'pytest'],
    ],
    [
      'one that stays says so when it is missing',
      made('web', 'try:\n    import pytest\nexcept ImportError:\n    raise RuntimeError'),
      [],
    ],
    [
      'one that stays has a plugin for it',
      distribution('web', { 'web/__init__.py': '', 'web/pytest_plugin.py': 'import pytest' }),
      ['pluggy', 'pytest'],
    ],
    [
      'one that stays has tests',
      distribution('web', { 'web/__init__.py': '', 'web/testing/a.py': 'import pytest' }),
      ['pluggy', 'pytest'],
    ],
    [
      'one that stays imports it in a test run',
      made('web', 'def test():\n    import pytest\n'),
      ['pluggy', 'pytest'],
    ],
    ['what it brought along is used', [file('app/a.py', 'import pluggy')], ['pytest']],
    [
      'what it brought along is used by one that stays, if it is there',
      made('web', 'try:\n    import pluggy\nexcept ImportError:\n    pass'),
      ['pytest'],
    ],
    ['what it brought along is named by one that stays', made('web', 'backends = ["pluggy"]'), ['pytest']],
    ['a file that no distribution lists imports it', [file(`${site}/own.py`, 'import pytest')], []],
  ])('%s', async (_, more, gone) => {
    expect((await goneFrom([...pytest, ...pluggy, ...more])).gone).toEqual(gone);
  });

  test('what another tool needs goes with that', async () => {
    const members = [...made('mypy', 'import pytest'), ...pytest, ...pluggy];
    expect((await goneFrom(members)).gone).toEqual(['mypy', 'pluggy', 'pytest']);
  });

  test('imports of a tool in functions count where it is no affair of test runs or prompts', async () => {
    const lazy = 'def f():\n    import black';
    expect(
      (await goneFrom([...made('black'), ...made('web', lazy), file('app/a.py', 'import web')])).gone,
    ).toEqual([]);
  });

  test('what nothing leads to that the application loads does not count', async () => {
    const web = distribution('web', { 'web/__init__.py': '', 'web/a.py': 'import black' });
    const members = [...made('black'), ...web];
    expect((await goneFrom([...members, file('app/a.py', 'import web')])).gone).toEqual(['black']);
    expect((await goneFrom([...members, file('app/a.py', 'import web.a')])).gone).toEqual([]);
    expect((await goneFrom(members)).gone).toEqual([]);
  });

  test('a module of another distribution that needs it keeps it', async () => {
    const members = [
      ...made('tensorboard'),
      ...distribution('torch', {
        'torch/__init__.py': '',
        'torch/utils/tensorboard/__init__.py': 'import tensorboard',
      }),
    ];
    const user = (text: string): TarMember => file('app/a.py', text);
    expect((await goneFrom([...members, user('import torch')])).gone).toEqual(['tensorboard']);
    expect(
      (await goneFrom([...members, user('from torch.utils.tensorboard import SummaryWriter')])).gone,
    ).toEqual([]);
  });

  test.each<[reason: string, text: string, gone: readonly string[]]>([
    ['a library that does', 'import ultralytics', []],
    ['a class that does', 'from transformers import Trainer', []],
    ['a class that does, by its module', 'import transformers as t\n\ndef f():\n    t.Trainer()', []],
    ['its module, in a way that does not', 'from transformers import pipeline', ['tensorboard']],
    ['its module alone', 'import transformers\n\ntransformers.pipeline()', ['tensorboard']],
    ['nothing that does; another library takes the class', 'import other', ['tensorboard']],
  ])('what writes to it where it is there keeps it, if the application takes %s', async (_, text, gone) => {
    const writer = 'try:\n    import tensorboard\nexcept ImportError:\n    tensorboard = None';
    const members = [
      ...made('tensorboard'),
      ...made('ultralytics', writer),
      ...made('transformers', writer),
      ...made('other', 'from transformers import Trainer'),
    ];
    expect((await goneFrom([...members, file('app/a.py', text)])).gone).toEqual(gone);
  });

  test.each<[reason: string, text: string, gone: readonly string[]]>([
    ['imports it at a prompt', 'def f():\n    import pytest', []],
    ['imports it where it is there', 'try:\n    import pytest\nexcept ImportError:\n    pass', []],
    ['starts it', 'run(["pytest"])', []],
    ['does nothing with it', '', ['pluggy', 'pytest']],
  ])('an application that is installed from its folder %s', async (_, text, gone) => {
    const extra = { 'web-1.0.dist-info/direct_url.json': '{"url": "file:///app", "dir_info": {}}' };
    expect((await goneFrom([...pytest, ...pluggy, ...made('web', text, { extra })])).gone).toEqual(gone);
  });

  test('plugins of what stays stay', async () => {
    const extra = { 'pytest_x-1.0.dist-info/entry_points.txt': '[web.plugins]\nx = pytest_x:run\n' };
    const plugin = made('pytest_x', '', { extra });
    expect((await goneFrom([...plugin, ...made('web')])).gone).toEqual(['pytest_x']);
    expect((await goneFrom([...plugin, ...made('web', 'entry_points(group="web.plugins")')])).gone).toEqual(
      [],
    );
  });
});

describe('what the image starts', () => {
  const jupyter = [
    ...distribution(
      'jupyter_core',
      { 'jupyter_core/__init__.py': '', 'jupyter.py': '' },
      { extra: { '../../../bin/jupyter': '#!python' } },
    ),
    ...made('jupyterlab', '', { requires: ['jupyter_core', 'jupyter_server'] }),
    ...made('jupyter_server', '', { requires: ['jupyter_core'] }),
  ];
  test.each<[reason: string, config: ImageParts['config'], gone: readonly string[]]>([
    ['a service', { cmd: ['uvicorn', 'app:app'] }, ['jupyter_core', 'jupyter_server', 'jupyterlab']],
    ['notebooks', { cmd: ['jupyter', 'lab', '--ip=0.0.0.0'] }, []],
    ['notebooks, through a shell', { entrypoint: ['sh', '-c'], cmd: ['exec jupyter-lab --port 80'] }, []],
    ['a module', { cmd: ['python', '-m', 'jupyterlab'] }, []],
    [
      'a health check',
      { healthcheck: { test: ['CMD-SHELL', '/opt/venv/bin/jupyter server list || exit 1'] } },
      [],
    ],
    ['a variable', { env: ['START=jupyter lab'] }, []],
  ])('%s: %j', async (_, config, gone) => {
    expect((await goneFrom(jupyter, {}, config)).gone).toEqual(gone);
  });

  test.each<[reason: string, path: string, text: string, config: ImageParts['config'], isGone: boolean]>([
    [
      'supervisor',
      'etc/supervisor/conf.d/app.conf',
      '[program:x]\ncommand=/opt/venv/bin/jupyter lab',
      { cmd: ['supervisord', '-n'] },
      false,
    ],
    [
      'supervisor that nothing starts',
      'etc/supervisor/conf.d/app.conf',
      '[program:x]\ncommand=jupyter lab',
      {},
      true,
    ],
    ['make', 'app/Makefile', 'run:\n\tjupyter lab', { cmd: ['make', 'run'] }, false],
    [
      'make that nothing starts',
      'app/Makefile',
      'notebook:\n\tjupyter lab',
      { cmd: ['uvicorn', 'app:app'] },
      true,
    ],
    [
      'cron',
      'etc/cron.d/app',
      '5 4 * * * root jupyter nbconvert /app/a.ipynb',
      { cmd: ['cron', '-f'] },
      false,
    ],
    [
      'systemd',
      'etc/systemd/system/app.service',
      '[Service]\nExecStart=/opt/venv/bin/jupyter lab',
      { cmd: ['/sbin/init'] },
      false,
    ],
    ['a hook of git', 'app/.git/hooks/pre-commit.sh', '#!/bin/sh\njupyter nbconvert', {}, true],
    ['a script of the tests', 'app/tests/run.sh', '#!/bin/sh\njupyter nbconvert', {}, true],
  ])('%s', async (_, path, text, config, isGone) => {
    expect((await goneFrom([...jupyter, file(path, text)], {}, config)).gone.length > 0).toBe(isGone);
  });

  test('a worker class in the command keeps what it names', async () => {
    const locust = [...made('locust', '', { requires: ['gevent'] }), ...made('gevent')];
    expect((await goneFrom(locust, {}, { cmd: ['gunicorn', '-k', 'gevent', 'app:app'] })).gone).toEqual([
      'locust',
    ]);
  });
});

describe('what tells who asked for it', () => {
  const requested = (name: string): Readonly<Record<string, string>> => ({
    [`${name}-1.0.dist-info/REQUESTED`]: '',
  });
  test('a mark of the installer keeps what was asked for by name', async () => {
    const asked = made('pluggy', '', { extra: requested('pluggy') });
    const other = made('pytest', '', { requires: ['pluggy', 'iniconfig'], extra: requested('pytest') });
    expect((await goneFrom([...other, ...asked, ...made('iniconfig')])).gone).toEqual([
      'iniconfig',
      'pytest',
    ]);
  });
  test('frozen requirements mark everything, which tells nothing', async () => {
    const marked = [
      ...made('pytest', '', { requires: ['pluggy'], extra: requested('pytest') }),
      ...made('pluggy', '', { extra: requested('pluggy') }),
    ];
    expect((await goneFrom(marked)).gone).toEqual(['pluggy', 'pytest']);
  });
});

describe('what cannot go as a whole', () => {
  const without = (members: readonly TarMember[], end: RegExp): TarMember[] =>
    members.filter(({ path }) => !end.test(path));
  const dpkg: TarMember[] = [
    file(
      'var/lib/dpkg/status',
      'Package: python3-pytest\nStatus: install ok installed\nVersion: 1\nArchitecture: all\n',
    ),
    file('var/lib/dpkg/info/python3-pytest.list', pytest.map(({ path }) => `/${path}\n`).join('')),
  ];
  const conda = file(
    'opt/venv/conda-meta/pytest-1.0-py311_0.json',
    JSON.stringify({
      name: 'pytest',
      version: '1.0',
      files: ['bin/py.test', ...pytest.map(({ path }) => path.replace('opt/venv/', ''))],
    }),
  );
  test.each<[reason: string, members: readonly TarMember[], because: RegExp]>([
    [
      'one that Conda has installed, and keeps account of',
      [...pytest, conda, file('opt/venv/bin/py.test')],
      /the package pytest of Conda owns it/,
    ],
    ['no RECORD', without(pytest, /\/RECORD$/), /no RECORD/],
    ['a package of the system', [...pytest, ...dpkg], /the package python3-pytest owns it/],
    [
      'an editable one',
      made('pytest', '', {
        extra: { 'pytest-1.0.dist-info/direct_url.json': '{"dir_info": {"editable": true}}' },
      }),
      /editable/,
    ],
  ])('%s: left, and said', async (_, members, because) => {
    const found = await goneFrom(members);
    expect([found.gone, found.because]).toEqual([[], [expect.stringMatching(because)]]);
  });

  test('what is to be kept stays with all that it requires', async () => {
    const found = await goneFrom([...pytest, ...pluggy, ...made('black')], {
      keep: [`/${site}/pytest/__init__.py`],
    });
    expect([found.gone, found.because]).toEqual([
      ['black'],
      ['it is to be kept', `${site}/pytest-1.0.dist-info needs it`],
    ]);
  });

  test('a distribution in the base stays, with what lies above', async () => {
    const shrunk = await shrinkParts(
      { layers: [pytest, pluggy] },
      { only: ['development'], baseLayerCount: 1 },
    );
    await shrunk.close();
    expect(shrunk.plan.edits).toEqual([]);
    expect(shrunk.plan.inBase.get('development')?.fileCount).toBe(pytest.length);
  });

  test('what a library outside is linked with takes all back that it needs', async () => {
    // An entry point of what stays names a module of it.
    const extra = { 'web-1.0.dist-info/entry_points.txt': '[web.plugins]\nx = pytest.plugin:run\n' };
    const own = distribution(
      'pytest',
      { 'pytest/__init__.py': '', 'pytest/plugin.py': '' },
      { requires: ['pluggy'] },
    );
    const found = await goneFrom([...own, ...pluggy, ...made('web', '', { extra })]);
    expect([found.gone, found.because]).toEqual([
      [],
      [expect.stringMatching(/entry_points.txt names/), expect.stringMatching(/needs it$/)],
    ]);
  });
});

describe('what two of them list', () => {
  test('stays with both where one of them stays', async () => {
    const shared = { 'ns/__init__.py': '' };
    const extra = { 'web-1.0.dist-info/entry_points.txt': '[web.plugins]\nx = ns.pylint.a:run\n' };
    const members = [
      ...distribution('mypy', { ...shared, 'ns/mypy/a.py': '' }),
      ...distribution('pylint', { ...shared, 'ns/pylint/a.py': '' }),
    ];
    expect((await goneFrom(members)).gone).toEqual(['mypy', 'pylint']);
    expect((await goneFrom([...members, ...made('web', '', { extra })])).gone).toEqual([]);
  });
});

describe('what is left', () => {
  test('has no trace of it: scripts, data, .pth, bytecode, folders', async () => {
    const black = distribution(
      'black',
      { 'black/__init__.py': '', 'blib2to3/a.py': '', 'black.pth': 'import black' },
      {
        extra: {
          '../../../bin/black': '#!python',
          '../../../share/black/x/a.txt': 'x',
          'black-1.0.dist-info/entry_points.txt': '[console_scripts]\nblack = black:main\n',
        },
      },
    );
    const bytecode = [
      file(`${site}/black/__pycache__/__init__.cpython-311.pyc`),
      file(`${site}/black/__pycache__/__init__.cpython-311.opt-1.pyc`),
    ];
    const shrunk = await shrinkParts(
      { layers: [[...black, ...bytecode, file('opt/venv/bin/python')]] },
      { only: ['development'] },
    );
    const left = [...shrunk.root.entries()].map(({ entry }) => entry.path).sort();
    await shrunk.close();
    expect(left).toEqual([
      'opt',
      'opt/venv',
      'opt/venv/bin',
      'opt/venv/bin/python',
      'opt/venv/lib',
      'opt/venv/lib/python3.11',
      site,
      'opt/venv/share',
    ]);
  });

  test('has what two distributions list: a namespace, and the record of the other', async () => {
    const shared = { 'ns/__init__.py': '' };
    const members = [
      ...distribution('mypy', { ...shared, 'ns/mypy/a.py': '' }),
      ...distribution('web', { ...shared, 'ns/web/a.py': '' }),
    ];
    const shrunk = await shrinkParts({ layers: [members] }, { only: ['development'] });
    const left = visiblePaths(shrunk.root);
    const record = textOf(shrunk.root, `${site}/web-1.0.dist-info/RECORD`) ?? '';
    await shrunk.close();
    expect(left.filter((path) => path.endsWith('.py'))).toEqual([
      `${site}/ns/__init__.py`,
      `${site}/ns/web/a.py`,
    ]);
    for (const line of record.trim().split('\n')) expect(left).toContain(`${site}/${line.split(',')[0]}`);
  });
});
