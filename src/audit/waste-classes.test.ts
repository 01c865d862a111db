import { describe, expect, test } from 'vitest';
import type { Finding } from '../finding/index.ts';
import { type RequestOptions, requestOf } from './fixtures/request-of.ts';
import { type LayerSpec, rootOf } from './fixtures/root-of.ts';
import { type Audit, auditImage } from './index.ts';

const site = 'usr/local/lib/python3.11/site-packages';
const megabyte = 1_000_000;

function audit(spec: LayerSpec, options: RequestOptions = {}): Audit {
  return auditImage(requestOf(rootOf(spec), options));
}

/** Kind, manager and bytes of what is avoidable. */
function avoidable(report: Audit): (string | number)[][] {
  return report.findings
    .filter(({ waste }) => waste === 'avoidable')
    .map((one) => [one.kind, ...('manager' in one ? [one.manager] : []), one.sizeBytes]);
}

const classified: readonly [path: string, kind: string | undefined, reason: string][] = [
  ['root/.cache/pip/http-v2/a/b', 'package-manager-cache pip', 'pip of root'],
  ['tmp/pip-unpack-x1_y/torch.whl', 'package-manager-cache pip', 'a pip that was killed'],
  ['home/app/.cache/uv/wheels/x', 'package-manager-cache uv', 'uv of a user'],
  ['root/.cache/pypoetry/artifacts/x.whl', 'package-manager-cache poetry', 'poetry’s downloads'],
  ['root/.cache/pypoetry/virtualenvs/x/bin/app', undefined, 'poetry’s environments are in use'],
  ['opt/conda/pkgs/mkl/lib/libmkl.so', 'package-manager-cache conda', 'conda packages'],
  ['root/miniforge3/pkgs/x.conda', 'package-manager-cache conda', 'conda-forge’s installer'],
  ['opt/conda/lib/libmkl.so', undefined, 'what conda installed'],
  ['root/.npm/_cacache/content-v2/x', 'package-manager-cache npm', 'npm'],
  ['usr/local/share/.cache/yarn/v6/x', 'package-manager-cache yarn', 'yarn of root'],
  ['root/.local/share/pnpm/store/v3/x', 'package-manager-cache pnpm', 'pnpm'],
  ['var/lib/apt/lists/deb_Packages.lz4', 'package-manager-cache apt', 'apt lists'],
  ['var/cache/apt/archives/x.deb', 'package-manager-cache apt', 'apt archives'],
  ['var/cache/apk/x.apk', 'package-manager-cache apk', 'apk'],
  ['var/cache/dnf/fedora/x.solv', 'package-manager-cache dnf', 'dnf'],
  ['var/cache/yum/x86_64/x.sqlite', 'package-manager-cache dnf', 'yum'],
  ['usr/local/cargo/registry/cache/x.crate', 'package-manager-cache cargo', 'cargo of the Rust image'],
  ['go/pkg/mod/golang.org/x/x.go', 'package-manager-cache go', 'Go modules'],
  ['root/.cache/pre-commit/repo1/x', 'package-manager-cache pre-commit', 'pre-commit'],
  [
    'root/.cache/huggingface/hub/models--x/blobs/abc.incomplete',
    'package-manager-cache huggingface',
    'a download that did not end',
  ],
  ['root/.cache/huggingface/hub/.locks/models--x/abc.lock', 'package-manager-cache huggingface', 'a lock'],
  ['root/.cache/huggingface/hub/models--x/refs/main', undefined, 'a model'],
  ['app/.git/objects/pack/x.pack', 'git-directory', 'the project’s history'],
  ['app/.hg/store/data/x.i', 'git-directory', 'Mercurial'],
  ['app/.svn/wc.db', 'git-directory', 'Subversion'],
  ['app/.gitignore', undefined, 'a file that only begins like .git'],
  ['app/.idea/workspace.xml', 'editor-leftover', 'PyCharm'],
  ['app/.vscode/settings.json', 'editor-leftover', 'VS Code'],
  ['app/.main.py.swp', 'editor-leftover', 'vi'],
  ['app/main.py~', 'editor-leftover', 'Emacs'],
  ['app/.DS_Store', 'editor-leftover', 'macOS'],
  ['app/img/Thumbs.db', 'editor-leftover', 'Windows'],
  ['app/nb/.ipynb_checkpoints/x-checkpoint.ipynb', 'editor-leftover', 'Jupyter'],
  ['app/.mypy_cache/3.11/x.json', 'editor-leftover', 'a type checker’s cache'],
  ['app/idea/x.py', undefined, 'a directory of that name without the dot'],
  [`${site}/scipy/tests/test_x.py`, 'tests-in-distribution', 'tests of a distribution'],
  [
    `${site}/scipy/tests/__pycache__/test_x.cpython-311.pyc`,
    'tests-in-distribution',
    'bytecode of tests goes with the tests',
  ],
  [`${site}/numpy/testing/__init__.py`, undefined, 'numpy.testing is imported at run time'],
  [`${site}/pandas/_testing/__init__.py`, undefined, 'pandas._testing is imported at run time'],
  ['app/tests/test_app.py', undefined, 'the project’s own tests are for the context to leave out'],
  [`${site}/torch/include/ATen/Tensor.h`, 'headers', 'headers of a wheel'],
  ['usr/include/stdio', 'headers', 'system headers have names without extension'],
  [`${site}/triton/lib/libx.a`, 'static-library', 'an archive for the linker'],
  [`${site}/torch/share/cmake/Torch/TorchConfig.cmake`, 'build-configuration', 'CMake of a wheel'],
  ['usr/lib/x86_64-linux-gnu/pkgconfig/zlib.pc', 'build-configuration', 'pkg-config'],
  ['app/CMakeLists.txt', undefined, 'the project’s own build'],
  ['usr/local/go/bin/go', 'compiler-toolchain', 'an unpacked toolchain'],
  ['root/.rustup/toolchains/stable/bin/rustc', 'compiler-toolchain', 'rustup'],
  ['app/notebooks/x.ipynb', 'notebook', 'a notebook of the project'],
  [`${site}/jupyter/x.ipynb`, undefined, 'a notebook of a distribution'],
  ['app/data/train.parquet', 'data-set', 'training data'],
  ['app/data/weights.h5', 'data-set', 'HDF5 among data'],
  [`${site}/sklearn/datasets/iris.csv`, undefined, 'data of a distribution'],
  ['app/data.zip', 'archive', 'an archive'],
  ['tmp/src.tar.gz', 'archive', 'a source archive'],
  ['usr/share/app/x.zip', undefined, 'a place of packages'],
  ['wheels/torch-2.4.0-cp311-cp311-linux_x86_64.whl', 'package-archive', 'a wheel'],
  ['tmp/cuda-keyring_1.1-1_all.deb', 'package-archive', 'a Debian package'],
  ['tmp/Miniconda3-latest-Linux-x86_64.sh', 'package-archive', 'an installer'],
  ['app/dist/app-1.0.tar.gz', 'package-archive', 'a source distribution'],
  ['usr/local/lib/python3.11/ensurepip/_bundled/pip-24.0-py3-none-any.whl', undefined, 'ensurepip’s wheel'],
  ['usr/share/doc/bash/changelog.gz', 'documentation', 'documents'],
  ['usr/share/doc/bash/copyright', undefined, 'licences stay'],
  ['usr/share/man/man1/ls.1.gz', 'documentation', 'manual pages'],
  ['usr/share/locale/de/LC_MESSAGES/apt.mo', 'documentation', 'message catalogues'],
  ['usr/share/i18n/locales/de_DE', 'documentation', 'sources of locales'],
  [
    `${site}/django/conf/locale/de/LC_MESSAGES/django.mo`,
    'python-translations',
    'a catalogue of a distribution',
  ],
  [`${site}/babel/locale-data/de.dat`, undefined, 'Babel’s data are read in every language'],
  ['var/log/dpkg.log', 'log-or-dump', 'a log of the build'],
  ['app/train.log', 'log-or-dump', 'a log of the application'],
  [`${site}/x/y.log`, undefined, 'a file of a distribution'],
  ['app/core.1234', 'core-dump', 'a core dump by its name'],
  ['app/core.py', undefined, 'a module'],
  ['usr/local/cuda-12/lib64/libcublas.so.12', 'cuda-without-gpu', 'system CUDA'],
  ['app/model.safetensors', undefined, 'weights are no waste'],
  ['app/main.py', undefined, 'the application'],
];

test.each(classified)('%s → %s (%s)', (path, expected) => {
  const [kind, manager] = expected?.split(' ') ?? [];
  const report = audit({ [path]: 2 * megabyte });
  expect(avoidable(report)).toEqual(
    kind === undefined ? [] : [[kind, ...(manager === undefined ? [] : [manager]), 2 * megabyte]],
  );
});

describe('caches that the environment moves', () => {
  const env: readonly [string, string, string | undefined, string][] = [
    ['UV_CACHE_DIR=/opt/uv-cache', 'opt/uv-cache/wheels/x', 'uv', 'a directory of its own'],
    ['PIP_CACHE_DIR=/var/tmp/c+c/', 'var/tmp/c+c/http/x', 'pip', 'signs in its name'],
    ['CARGO_HOME=/opt/cargo', 'opt/cargo/registry/x', 'cargo', 'a part of a directory'],
    ['CARGO_HOME=/opt/cargo', 'opt/cargo/env', undefined, 'the rest of it'],
    ['PIP_CACHE_DIR=/app', 'app/main.py', undefined, 'a directory with other things in it'],
    ['PIP_CACHE_DIR=/', 'app/main.py', undefined, 'everything'],
  ];
  test.each(env)('%s: %s → %s (%s)', (assignment, path, manager) => {
    const found = avoidable(audit({ [path]: 10 }, { config: { env: [assignment] } }));
    expect(found).toEqual(manager === undefined ? [] : [['package-manager-cache', manager, 10]]);
  });
});

describe('bytecode', () => {
  const cases: readonly [path: string, spec: LayerSpec, kind: string, reason: string][] = [
    [`${site}/a/__pycache__/b.cpython-311.pyc`, { [`${site}/a/b.py`]: 1 }, 'bytecode', 'beside its source'],
    [`${site}/a/__pycache__/b.cpython-311.opt-1.pyc`, { [`${site}/a/b.py`]: 1 }, 'bytecode', 'optimised'],
    [`${site}/a/__pycache__/b.cpython-311.pyc`, {}, 'orphaned-bytecode', 'the source is gone'],
    [
      `${site}/a/__pycache__/b.cpython-312.pyc`,
      { [`${site}/a/b.py`]: 1 },
      'orphaned-bytecode',
      'of another version',
    ],
    [
      `${site}/a/__pycache__/b.cpython-311.pyc.1402`,
      { [`${site}/a/b.py`]: 1 },
      'orphaned-bytecode',
      'cut off',
    ],
    [
      'app/__pycache__/b.cpython-39.pyc',
      { 'app/b.py': 1, 'usr/local/bin/python3.11': 1 },
      'orphaned-bytecode',
      'from the developer’s machine',
    ],
    ['app/__pycache__/b.cpython-39.pyc', { 'app/b.py': 1 }, 'bytecode', 'nobody knows which Python runs'],
  ];
  test.each(cases)('%s with %j → %s (%s)', (path, spec, kind) => {
    expect(avoidable(audit({ ...spec, [path]: 50 }))).toEqual([[kind, 50]]);
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
    expect(avoidable(audit({ [wheel]: 100, [path]: 90 }, options)).map(([kind]) => kind)).toEqual(kinds);
  });
});

describe('development distributions', () => {
  const make = (
    name: string,
    more: { requires?: string[]; isRequested?: boolean; script?: string } = {},
  ) => ({
    name,
    version: '1',
    sizeBytes: 10,
    files: [
      `${site}/${name}/__init__.py`,
      ...(more.isRequested === true ? [`${site}/${name}-1.dist-info/REQUESTED`] : []),
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

describe('symbols', () => {
  const library = { sizeBytes: 1000, format: 'elf', strippableBytes: 300 } as const;
  test('count by what stripping takes off, not by the file', () => {
    const report = audit({ [`${site}/torch/lib/libtorch.so`]: library });
    expect(avoidable(report)).toEqual([['unstripped-library', 300]]);
    expect(report.avoidableBytes).toBe(300);
  });
  test('of a file that goes as a whole are not counted', () => {
    expect(avoidable(audit({ 'root/.cache/pip/x.so': library }))).toEqual([
      ['package-manager-cache', 'pip', 1000],
    ]);
  });
  test('of a stripped library are none', () => {
    expect(avoidable(audit({ 'app/x.so': { ...library, strippableBytes: 0 } }))).toEqual([]);
  });
});

describe('duplicates', () => {
  const copies = (...paths: readonly string[]): Audit => {
    const root = rootOf(
      Object.fromEntries(paths.map((path) => [path, { sizeBytes: 1000, strippableBytes: 300 }])),
    );
    const files = paths.flatMap((path) => root.get(path) ?? []);
    return auditImage(requestOf(root, { duplicates: [{ contentKey: 'aa', sizeBytes: 1000, files }] }));
  };
  test('count all copies but one, and of that one the symbols', () => {
    expect(avoidable(copies('app/c.so', 'app/a.so', 'app/b.so'))).toEqual([
      ['duplicate-file', 2000],
      ['unstripped-library', 300],
    ]);
  });
  test('of waste are no duplicates', () => {
    expect(avoidable(copies('app/a.so', 'root/.cache/pip/a.so'))).toEqual([
      ['package-manager-cache', 'pip', 1000],
      ['unstripped-library', 300],
    ]);
  });
});

describe('a file with several names', () => {
  test('is waste only when all its names are', () => {
    const inUse = {
      'opt/conda/lib/libmkl.so': 500,
      'opt/conda/pkgs/mkl/libmkl.so': { hardlink: 'opt/conda/lib/libmkl.so' },
    };
    expect(audit(inUse).avoidableBytes).toBe(0);
    const reversed = {
      'opt/conda/pkgs/mkl/libmkl.so': 500,
      'opt/conda/lib/libmkl.so': { hardlink: 'opt/conda/pkgs/mkl/libmkl.so' },
    };
    expect(audit(reversed).avoidableBytes).toBe(0);
    const unused = {
      'opt/conda/pkgs/a/x.so': 500,
      'opt/conda/pkgs/b/x.so': { hardlink: 'opt/conda/pkgs/a/x.so' },
    };
    expect(audit(unused).avoidableBytes).toBe(500);
  });
});

describe('formats', () => {
  const cases: readonly [
    path: string,
    format: 'core-dump' | 'elf' | 'parquet' | 'safetensors',
    kind: string | undefined,
    reason: string,
  ][] = [
    ['app/dump', 'core-dump', 'core-dump', 'by its first bytes'],
    ['app/core', 'elf', undefined, 'a program of that name'],
    ['app/part-0000', 'parquet', 'data-set', 'data without an extension'],
    ['app/weights', 'safetensors', undefined, 'weights are no waste'],
  ];
  test.each(cases)('%s in %s → %s (%s)', (path, format, kind) => {
    const found = avoidable(audit({ [path]: { sizeBytes: 2 * megabyte, format } }));
    expect(found).toEqual(kind === undefined ? [] : [[kind, 2 * megabyte]]);
  });
});

describe('model weights', () => {
  const weights = (spec: LayerSpec): readonly (Finding & { kind: 'model-weights' })[] =>
    audit(spec).findings.filter((one) => one.kind === 'model-weights');
  const cases: readonly [
    path: string,
    format: 'pickle' | 'torch-zip' | 'hdf5' | undefined,
    expected: string,
    isCode: boolean,
  ][] = [
    ['app/model.safetensors', undefined, 'safetensors', false],
    ['app/llama.gguf', undefined, 'gguf', false],
    ['app/model.onnx', undefined, 'onnx', false],
    ['app/model.pt', 'torch-zip', 'torch', true],
    ['app/model.pt', 'pickle', 'pickle', true],
    ['app/classifier.joblib', undefined, 'pickle', true],
    ['app/model.h5', 'hdf5', 'hdf5', false],
    ['app/blob', 'torch-zip', 'torch', true],
  ];
  test.each(cases)('%s (%s) are %s', (path, format, expected, isCode) => {
    const [found] = weights({
      [path]: { sizeBytes: 3 * megabyte, ...(format === undefined ? {} : { format }) },
    });
    expect(found).toMatchObject({ format: expected, sizeBytes: 3 * megabyte, severity: 'info' });
    expect(found?.waste).toBeUndefined();
    expect(found?.remedy.includes('runs whatever code')).toBe(isCode);
  });
  test('below a megabyte are none', () => {
    expect(weights({ 'app/model.safetensors': 999_999 })).toEqual([]);
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
