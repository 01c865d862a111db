import { describe, expect, test } from 'vitest';
import { type RequestOptions, requestOf } from './fixtures/request-of.ts';
import { type LayerSpec, rootOf } from './fixtures/root-of.ts';
import { type Audit, auditImage } from './index.ts';

const site = 'usr/local/lib/python3.11/site-packages';

function audit(spec: LayerSpec, options: RequestOptions = {}): Audit {
  return auditImage(requestOf(rootOf(spec), options));
}

/** Kind, manager and bytes of what is avoidable. */
function avoidable(report: Audit): (string | number)[][] {
  return report.findings
    .filter(({ waste }) => waste === 'avoidable')
    .map((one) => [one.kind, ...('manager' in one ? [one.manager] : []), one.sizeBytes]);
}

describe('system packages that build software', () => {
  const packages: readonly [name: string, isTool: boolean, reason: string][] = [
    ['build-essential', true, 'the usual one'],
    ['g++-12', true, 'a compiler'],
    ['libstdc++-12-dev', true, 'what a compiler includes'],
    ['libstdc++6', false, 'what compiled programs load'],
    ['gcc-12-base', false, 'documents of run-time packages'],
    ['libgomp1', false, 'OpenMP of NumPy and LightGBM'],
    ['libllvm15', false, 'LLVM as a library of drivers'],
    ['cmake-data', true, 'a part of CMake'],
    ['python3.11-dev', true, 'headers of Python'],
    ['libpython3.11', false, 'Python as a library'],
    ['cuda-nvcc-12-4', true, 'the compiler of CUDA'],
    ['makedev', false, 'a name that begins like make'],
  ];
  test.each(packages)('%s → %s (%s)', (name, isTool) => {
    const file = 'usr/share/gadget/part';
    const spec = {
      [file]: 30,
      'var/lib/dpkg/status': `Package: ${name}\nStatus: install ok installed\nVersion: 1\n`,
      [`var/lib/dpkg/info/${name}.list`]: `/${file}\n`,
    };
    const [found] = audit(spec, { target: 'gpu' }).findings;
    expect(found).toEqual(
      isTool
        ? expect.objectContaining({
            kind: 'compiler-toolchain',
            sizeBytes: 30,
            owner: { kind: 'dpkg', name, version: '1' },
            rewrite: 'split-stages',
            risk: 'verify',
          })
        : undefined,
    );
  });
});

describe('documentation is left out in the way of the package manager', () => {
  const file = 'usr/share/man/man1/tool.1.gz';
  test.each<[string, LayerSpec, RegExp, string | undefined]>([
    [
      'dpkg',
      {
        'var/lib/dpkg/status': 'Package: tool\nStatus: install ok installed\nVersion: 1\n',
        'var/lib/dpkg/info/tool.list': `/${file}\n`,
      },
      /path-exclude/,
      'slim-base',
    ],
    [
      'apk',
      { 'lib/apk/db/installed': 'P:tool-doc\nV:1\nF:usr/share/man/man1\nR:tool.1.gz\n\n' },
      /-doc/,
      undefined,
    ],
    ['nothing installed', {}, /path-exclude/, 'slim-base'],
  ])('%s', (_manager, spec, remedy, rewrite) => {
    const found = audit({ ...spec, [file]: 30 }).findings.find(({ kind }) => kind === 'documentation');
    expect(found).toMatchObject({
      sizeBytes: 30,
      remedy: expect.stringMatching(remedy),
      pass: 'documentation',
    });
    expect(found?.rewrite).toBe(rewrite);
  });
});

describe('test directories of distributions', () => {
  const cases: readonly [files: readonly string[], count: number, reason: string][] = [
    [
      ['scipy/tests/__init__.py', 'scipy/tests/test_x.py', 'scipy/tests/data.mat'],
      3,
      'a suite with its data',
    ],
    [['tornado/test/web_test.py', 'tornado/test/static/robots.txt'], 2, 'tests that end with the word'],
    [['nltk/test/corpus.doctest', 'nltk/test/setup.py'], 2, 'tests in documents'],
    [['pandas/tests/a/__init__.py', 'pandas/tests/a/b/test_x.py'], 2, 'tests further down'],
    [
      ['django/test/__init__.py', 'django/test/client.py', 'django/test/testcases.py'],
      0,
      'what others test with',
    ],
    [['tensorflow/_api/v2/test/__init__.py'], 0, 'an interface of that name'],
    [['contest/x.py', 'latest/test_x.py'], 0, 'words that end like test'],
  ];
  test.each(cases)('%j → %d (%s)', (names, count) => {
    const files = names.map((name) => `${site}/${name}`);
    const distributions = [{ name: 'd', version: '1', files, sizeBytes: 10 }];
    const report = audit(Object.fromEntries(files.map((path) => [path, 10])), { distributions });
    expect(avoidable(report)).toEqual(count === 0 ? [] : [['tests-in-distribution', count * 10]]);
    if (count > 0)
      expect(report.findings[0]).toMatchObject({ owner: { name: 'd' }, rewrite: 'prune-tests', layer: 0 });
  });
});

describe('CUDA', () => {
  const wheel = `${site}/nvidia/cudnn/lib/libcudnn.so.9`;
  const distributions = [{ name: 'nvidia-cudnn-cu12', version: '9', files: [wheel], sizeBytes: 100 }];
  const gpu = { config: { env: ['NVIDIA_VISIBLE_DEVICES=all'] }, distributions };
  const cases: readonly [path: string, options: RequestOptions, kinds: readonly string[], reason: string][] =
    [
      ['usr/local/cuda-12/lib64/libcudnn.so.9.1.0', gpu, ['duplicate-cuda'], 'the same library twice'],
      ['usr/local/cuda-12/lib64/libcudnn.so.8.9.7', gpu, [], 'another major version: something may need it'],
      ['usr/local/cuda-12/lib64/libnccl.so.2', gpu, [], 'a library that no wheel brings'],
      ['usr/local/cuda-12/lib64/libcudnn.so.9', { distributions }, ['cuda-without-gpu'], 'no sign of a GPU'],
      [
        'usr/local/cuda-12/lib64/libcudnn.so.9',
        { ...gpu, config: { env: ['NVIDIA_VISIBLE_DEVICES=void'] } },
        ['cuda-without-gpu'],
        'the GPU is switched off',
      ],
      [
        'usr/local/cuda-12/lib64/libcudnn.so.9',
        { distributions, target: 'gpu' },
        ['duplicate-cuda'],
        'the user says GPU',
      ],
      [
        'usr/local/cuda-12/lib64/libcudnn.so.9',
        { ...gpu, target: 'cpu' },
        ['cuda-without-gpu'],
        'the user says CPU',
      ],
      ['usr/local/cuda-12/bin/nvcc', gpu, ['compiler-toolchain'], 'the compiler of CUDA'],
    ];
  test.each(cases)('%s, %j → %j (%s)', (path, options, kinds) => {
    const found = avoidable(audit({ [wheel]: 100, [path]: 90 }, options));
    expect([...new Set(found.map(([kind]) => kind))]).toEqual(kinds);
  });
});

test('CUDA of the base and of wheels have remedies of their own', () => {
  const wheel = `${site}/nvidia/cudnn/lib/libcudnn.so.9`;
  const distributions = [{ name: 'nvidia-cudnn-cu12', version: '9', files: [wheel], sizeBytes: 100 }];
  const report = audit({ [wheel]: 100, 'usr/local/cuda-12/lib64/libcublas.so.12': 90 }, { distributions });
  expect(report.findings.map(({ kind, sizeBytes, rewrite }) => [kind, sizeBytes, rewrite])).toEqual([
    ['cuda-without-gpu', 100, 'cpu-wheels'],
    ['cuda-without-gpu', 90, 'cuda-base'],
  ]);
});

describe('development distributions', () => {
  const make = (
    name: string,
    more: { requires?: string[]; isRequested?: boolean; script?: string; vendors?: string } = {},
  ) => ({
    name,
    version: '1',
    sizeBytes: 10,
    files: [
      `${site}/${name}/__init__.py`,
      ...(more.isRequested === true ? [`${site}/${name}-1.dist-info/REQUESTED`] : []),
      ...(more.vendors === undefined
        ? []
        : [`${site}/${name}/_vendor/${more.vendors}-1.dist-info/REQUESTED`]),
    ],
    requires: more.requires ?? [],
    entryPoints: more.script === undefined ? {} : { console_scripts: [more.script] },
  });
  const cases: readonly [
    distributions: readonly ReturnType<typeof make>[],
    cmd: readonly string[],
    found: readonly string[],
    reason: string,
  ][] = [
    [[make('pytest'), make('torch')], [], ['pytest'], 'a test runner'],
    [[make('mypy'), make('app', { requires: ['mypy'] })], [], [], 'another distribution requires it'],
    [
      [make('notebook', { script: 'jupyter-notebook' })],
      ['jupyter', 'notebook'],
      [],
      'it is what the image runs',
    ],
    [[make('ruff')], ['sh', '-c', 'exec /usr/bin/ruff server'], [], 'it is what a shell runs'],
    [
      [make('pytest', { requires: ['pluggy'], isRequested: true }), make('pluggy')],
      [],
      ['pytest', 'pluggy'],
      'what it alone brought goes with it',
    ],
    [
      [make('pytest', { requires: ['pluggy'], isRequested: true }), make('pluggy', { isRequested: true })],
      [],
      ['pytest'],
      'what was asked for as well stays',
    ],
    [
      [
        make('nbconvert', { requires: ['bleach'], isRequested: true }),
        make('bleach', { vendors: 'html5lib' }),
      ],
      [],
      ['nbconvert', 'bleach'],
      'the mark of what lies inside of it is not its own',
    ],
    [[make('pytest', { requires: ['pluggy'] }), make('pluggy')], [], ['pytest'], 'no installer left marks'],
    [[make('tensorboard')], [], [], 'torch.utils.tensorboard imports it'],
  ];
  test.each(cases)('%j, %j → %j (%s)', (distributions, cmd, names) => {
    const files = Object.fromEntries(distributions.flatMap((one) => one.files.map((path) => [path, 10])));
    const report = audit(files, { distributions, config: { cmd } });
    const found = report.findings.flatMap((one) => (one.kind === 'dev-dependency' ? [one.distribution] : []));
    expect(found.sort()).toEqual([...names].sort());
  });
});

describe('owners', () => {
  const one = (name: string) => ({
    name,
    version: '1',
    sizeBytes: 10,
    files: [`${site}/${name}/__pycache__/a.cpython-311.pyc`],
  });
  test('are named with their bytes where there are several', () => {
    const distributions = [one('a'), one('b')];
    const files = Object.fromEntries(distributions.map(({ files: [path = ''] }, i) => [path, 10 + i]));
    const [found] = audit(files, { distributions }).findings;
    expect(found?.owners?.map(({ name, sizeBytes }) => [name, sizeBytes])).toEqual([
      ['b', 11],
      ['a', 10],
    ]);
    expect(found?.owner).toBeUndefined();
  });
  test('the only one is the owner', () => {
    const [found] = audit({ [one('a').files[0] ?? '']: 10 }, { distributions: [one('a')] }).findings;
    expect(found?.owner).toEqual({ kind: 'distribution', name: 'a', version: '1' });
  });
});
