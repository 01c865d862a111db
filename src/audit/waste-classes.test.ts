import { describe, expect, test } from 'vitest';
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
  ['var/cache/zypp/packages/x.rpm', 'package-manager-cache zypper', 'zypper'],
  ['var/cache/tdnf/azurelinux/x.solv', 'package-manager-cache dnf', 'dnf of Azure Linux'],
  ['var/cache/pacman/pkg/x.pkg.tar.zst', 'package-manager-cache pacman', 'pacman'],
  ['root/.bun/install/cache/x.js', 'package-manager-cache bun', 'bun'],
  ['root/.bun/bin/bun', undefined, 'bun itself'],
  ['root/.cache/bazel/_bazel_root/x', 'package-manager-cache bazel', 'bazel'],
  ['root/.cache/ccache/0/1/x', 'package-manager-cache ccache', 'objects of a compiler cache'],
  ['app/ccache/model.py', undefined, 'a directory of that name'],
  ['app/.yarn/cache/x.zip', 'package-manager-cache yarn', 'yarn of a project'],
  [
    'root/.local/share/uv/python/cpython-3.12/bin/python3.12',
    undefined,
    'a Python that uv installed is in use',
  ],
  ['root/.conda/environments.txt', undefined, 'a list of environments'],
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
  ['app/._main.py', 'editor-leftover', 'resource forks of macOS'],
  ['app/main.py.orig', 'editor-leftover', 'what a merge leaves'],
  ['usr/share/app/main.py.orig', undefined, 'a file of the system'],
  ['app/.coveragerc', undefined, 'settings of a test runner'],
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
  [`${site}/cupy/_core/include/cupy/complex.cuh`, undefined, 'CuPy compiles kernels with them at run time'],
  ['app/include/model.h', 'headers', 'headers of the project: the service is built'],
  ['app/src/model.h', undefined, 'a source'],
  ['usr/include/stdio', 'headers', 'system headers have names without extension'],
  [`${site}/triton/lib/libx.a`, 'static-library', 'an archive for the linker'],
  [`${site}/torch/share/cmake/Torch/TorchConfig.cmake`, 'build-configuration', 'CMake of a wheel'],
  ['usr/lib/x86_64-linux-gnu/pkgconfig/zlib.pc', 'build-configuration', 'pkg-config'],
  ['app/CMakeLists.txt', undefined, 'the project’s own build'],
  ['usr/local/go/bin/go', 'compiler-toolchain', 'an unpacked toolchain'],
  ['root/.rustup/toolchains/stable/bin/rustc', 'compiler-toolchain', 'rustup'],
  ['root/.cargo/bin/cargo', 'compiler-toolchain', 'cargo'],
  ['usr/local/cuda-12/nvvm/bin/cicc', 'cuda-without-gpu', 'the compiler of CUDA, without a GPU'],
  ['usr/local/bin/gosu', undefined, 'a program'],
  ['app/notebooks/x.ipynb', 'notebook', 'a notebook of the project'],
  [`${site}/jupyter/x.ipynb`, undefined, 'a notebook of a distribution'],
  ['opt/conda/share/jupyter/x.ipynb', undefined, 'a notebook of a Conda package'],
  ['app/data/train.parquet', 'data-set', 'training data'],
  ['app/data/weights.h5', 'data-set', 'HDF5 among data'],
  ['app/data/train.arrow', 'data-set', 'Arrow'],
  ['app/data/x.csv.gz', 'data-set', 'a compressed table'],
  ['app/data/features.npz', 'data-set', 'arrays'],
  ['app/train.tfrecord-00001-of-00010', 'data-set', 'a part of several'],
  ['app/train-images-idx3-ubyte', 'data-set', 'MNIST'],
  ['usr/share/zoneinfo/x.csv', undefined, 'data of the system'],
  [`${site}/sklearn/datasets/iris.csv`, undefined, 'data of a distribution'],
  ['app/data.zip', 'archive', 'an archive'],
  ['tmp/src.tar.gz', 'archive', 'a source archive'],
  ['app/lib/plugin.jar', undefined, 'an archive that programs are loaded from'],
  ['app/core.egg', undefined, 'an archive that Python imports from'],
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
  ['opt/venv/share/man/man1/ipython.1', 'documentation', 'manual pages of a distribution'],
  ['opt/conda/share/locale/de/LC_MESSAGES/x.mo', 'documentation', 'message catalogues of Conda packages'],
  ['usr/share/common-licenses/GPL-3', undefined, 'licences stay'],
  ['usr/lib/locale/C.utf8/LC_CTYPE', undefined, 'a locale is in use'],
  ['usr/share/zoneinfo/Europe/Berlin', undefined, 'data, not documents'],
  ['usr/share/i18n/locales/de_DE', 'documentation', 'sources of locales'],
  [
    `${site}/django/conf/locale/de/LC_MESSAGES/django.mo`,
    'python-translations',
    'a catalogue of a distribution',
  ],
  [`${site}/babel/locale-data/de.dat`, undefined, 'Babel’s data are read in every language'],
  ['var/log/dpkg.log', 'log-or-dump', 'a log of the build'],
  ['app/train.log', 'log-or-dump', 'a log of the application'],
  ['app/runs/events.out.tfevents.1700000000.host.1.0', 'log-or-dump', 'what TensorBoard shows'],
  ['app/wandb/run-20240101_120000-ab12/files/output.txt', 'log-or-dump', 'a run of Weights & Biases'],
  ['app/wandb/settings', undefined, 'settings of it'],
  ['app/blog/post.py', undefined, 'a word that ends like log'],
  [`${site}/x/y.log`, undefined, 'a file of a distribution'],
  ['app/core.1234', 'core-dump', 'a core dump by its name'],
  ['app/java_pid17.hprof', 'core-dump', 'the heap of a Java program'],
  ['app/core.yaml', undefined, 'settings'],
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

test('Yarn’s cache of a project that runs from it is in use', () => {
  expect(avoidable(audit({ 'app/.yarn/cache/x.zip': 10, 'app/.pnp.cjs': 1 }))).toEqual([]);
});

test('notebooks that the image serves are no waste', () => {
  const spec = { 'app/x.ipynb': 10 };
  const cases: readonly [cmd: readonly string[], count: number][] = [
    [['jupyter', 'lab', '--ip=0.0.0.0'], 0],
    [['sh', '-c', 'exec /opt/conda/bin/jupyter-lab'], 0],
    [['start-notebook.py'], 0],
    [['python', 'serve.py', '--jupyter=no'], 1],
  ];
  for (const [cmd, count] of cases)
    expect(avoidable(audit(spec, { config: { cmd } })), cmd.join(' ')).toHaveLength(count);
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
