import { spawnSync } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { matchPaths } from '../base/index.ts';
import { type Image, openImage } from '../image/index.ts';
import { removableEntries } from '../python/index.ts';
import type { TarMember } from '../tar/index.ts';
import { installedWheels, wheelSite as site } from './fixtures/real-wheels.ts';
import { type Studied, shrinkParts, studyImage } from './fixtures/shrink-image.ts';
import { type ShrinkPlan, shrinkPasses } from './index.ts';

/** Real wheels, each with a trap for tools that remove by name or strip naively. */
const root = await installedWheels({
  whole: [
    ...['numpy==2.4.6', 'scipy==1.17.1', 'pandas==3.0.6', 'scikit-learn==1.9.1', 'scikit-image==0.26.0'],
    ...['numba==0.68.0', 'librosa==0.11.0', 'lazy-loader==0.6', 'botocore==1.43.107', 'django==5.2.17'],
  ],
  parts: {
    'torch==2.13.0+cpu': String.raw`torch-.*\.dist-info/|torch/__init__\.py|torch/bin/|torch/lib/libtorchbind_test\.so`,
    'tensorflow-cpu==2.21.0': String.raw`tensorflow.*\.dist-info/|tensorflow/__init__\.py|tensorflow/_api/`,
  },
});

describe.skipIf(root === undefined)('on real wheels', () => {
  let studied: Studied;
  const plans = new Map<string, ShrinkPlan>();
  const optIns = shrinkPasses.filter(({ risk }) => risk === 'opt-in').map(({ name }) => name);
  beforeAll(async () => {
    studied = await studyImage(await openImage(`dir:${root}`, { temporaryDir: tmpdir() }), { with: optIns });
    plans.set('by default', studied.plan({}).plan);
    plans.set('with all that has to be asked for', studied.plan({ with: optIns }).plan);
  }, 120_000);
  afterAll(async () => await studied.close());

  const removedBy = (how: string): string[] =>
    (plans.get(how)?.edits ?? []).flatMap(({ edit }) =>
      edit.kind === 'remove' ? [edit.path.slice(site.length + 1)] : [],
    );

  describe.each(['by default', 'with all that has to be asked for'])('%s', (how) => {
    test.each(removableEntries.filter(({ verdict }) => verdict === 'never'))(
      'nothing goes that the knowledge calls never ($id)',
      ({ paths }) => {
        // What is a test suite, a header folder or bytecode as well has a guard of its own.
        const isGuarded = matchPaths(
          removableEntries.flatMap((entry) => (entry.verdict === 'never' ? [] : entry.paths)),
        );
        const isNever = matchPaths(paths);
        expect(removedBy(how).filter((path) => isNever(path) && !isGuarded(path))).toEqual([]);
      },
    );

    test.each<[path: string, reason: string]>([
      ['numpy/testing/__init__.py', 'scipy, pandas and others import it'],
      ['pandas/testing.py', 'an interface, named after tests'],
      ['pandas/_testing/__init__.py', 'pandas.testing imports it'],
      ['numpy/tests/__init__.py', 'numpy itself names it'],
      ['django/test/__init__.py', 'an interface that every project imports'],
      ['django/test/client.py', 'part of that interface'],
      ['tensorflow/_api/v2/test/__init__.py', 'import tensorflow imports it'],
      ['tensorflow/_api/v2/compat/v1/test/__init__.py', 'import tensorflow imports it'],
      ['botocore/docs/__init__.py', 'every client imports it'],
      ['botocore/docs/bcdoc/restdoc.py', 'every client imports it'],
      ['skimage/__init__.pyi', 'lazy_loader reads it'],
      ['skimage/filters/__init__.pyi', 'lazy_loader reads it'],
      ['librosa/__init__.pyi', 'lazy_loader reads it'],
      ['librosa/util/example_data/registry.txt', 'import librosa reads it'],
      ['sklearn/datasets/descr/iris.rst', 'load_iris reads it'],
      ['sklearn/datasets/data/iris.csv', 'load_iris reads it'],
      ['torch/bin/torch_shm_manager', 'import torch fails without it'],
      ['scipy-1.17.1.dist-info/METADATA', 'importlib.metadata and scanners read it'],
      ['numpy-2.4.6.dist-info/entry_points.txt', 'importlib.metadata reads it'],
      ['django-5.2.17.dist-info/licenses/LICENSE', 'the licence has to come along'],
      [
        'torch-2.13.0+cpu.dist-info/licenses/third_party/kineto/libkineto/third_party/dynolog/third_party/cpr/test/LICENSE',
        'a licence in a folder named after tests',
      ],
    ])('%s stays: %s', (path) => {
      expect(studied.root.get(`${site}/${path}`)).toBeDefined();
      expect(removedBy(how)).not.toContain(path);
    });

    test.each<[path: string, reason: string]>([
      ['numpy/_core/tests/test_umath.py', 'a test suite'],
      ['pandas/tests/frame/test_api.py', 'a test suite'],
      ['scipy/spatial/tests/data/iris.txt', 'data of a test suite'],
      ['sklearn/tests/test_base.py', 'a test suite'],
      ['torch/bin/test_jit', 'a known test program'],
      ['torch/lib/libtorchbind_test.so', 'a known test library'],
    ])('%s goes: %s', (path) => {
      expect(studied.root.get(`${site}/${path}`)).toBeDefined();
      expect(removedBy(how)).toContain(path);
    });
  });

  test('what the import guard keeps has a file that imports it', () => {
    const left = plans.get('by default')?.leftAlone.filter(({ pass }) => pass === 'tests') ?? [];
    expect(left.map(({ path, because }) => `${path}: ${because}`.replaceAll(`${site}/`, ''))).toEqual(
      expect.arrayContaining([
        'django/test: django/conf/global_settings.py imports it',
        'numpy/tests: numpy/__init__.py imports it',
        'tensorflow/_api/v2/test: tensorflow/__init__.py imports it',
      ]),
    );
  });
});

/** Libraries that patchelf has touched, and some that it has not, by folder in site-packages. */
const libraryFolders = ['numpy.libs', 'scipy.libs', 'scikit_learn.libs', 'numba/np/ufunc'];
const hasStrip = spawnSync('strip', ['--version']).status === 0;
// What happens when a loader opens each library, in a process of its own; lazily, as names of Python itself need not be there.
const loadAll = `
import ctypes, os, sys
for path in sys.argv[1:]:
    sys.stdout.flush()
    if os.fork() == 0:
        try:
            ctypes.CDLL(path, mode=1)
            said = "loads"
        except OSError as error:
            said = str(error)
        print(os.path.basename(path), said, flush=True)
        os._exit(0)
    os.wait()
`;

describe.skipIf(root === undefined)('stripping real libraries', () => {
  let folder = '';
  let names: string[] = [];
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'plimsoll-libraries-'));
    names = await librariesOf(join(root ?? '', site));
    const members = await Promise.all(
      names.map(
        async (name): Promise<TarMember> => ({
          path: `${site}/${name}`,
          mode: 0o755,
          content: await readFile(join(root ?? '', site, name)),
        }),
      ),
    );
    const shrunk = await shrinkParts({ layers: [members] }, { only: ['strip'], compression: 'zstd' });
    for (const { path, content } of members) {
      const name = path.slice(site.length + 1);
      await put('before', name, Buffer.from(content as Uint8Array));
      await put('naive', name, Buffer.from(content as Uint8Array));
    }
    await unpack(shrunk.image, join(folder, 'after'));
    await shrunk.close();
    if (hasStrip) {
      const files = names.map((name) => placeOf('naive', name));
      expect(spawnSync('strip', ['--strip-unneeded', ...files]).status).toBe(0);
    }
  }, 120_000);
  afterAll(async () => await rm(folder, { recursive: true, force: true }));

  const placeOf = (version: string, name: string): string => join(folder, version, site, name);

  async function put(version: string, name: string, content: Buffer): Promise<void> {
    const path = placeOf(version, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
  }

  const outcomes = (version: string): string[] => {
    const paths = names.map((name) => placeOf(version, name));
    const done = spawnSync('python3', ['-c', loadAll, ...paths], { encoding: 'utf8' });
    return done.stdout
      .trim()
      .split('\n')
      .map((line) => line.replaceAll(join(folder, version), ''));
  };

  test('nothing that a loader maps changes, and all of it stays page-aligned', async () => {
    const smaller: string[] = [];
    for (const name of names) {
      const before = await readFile(placeOf('before', name));
      const after = await readFile(placeOf('after', name));
      const [old, now] = [mapped(before), mapped(after)];
      expect([name, now.map(({ address, sizeBytes }) => [address, sizeBytes])]).toEqual([
        name,
        old.map(({ address, sizeBytes }) => [address, sizeBytes]),
      ]);
      expect([name, misaligned(now)]).toEqual([name, []]);
      const changed = now.filter(({ content }, number) => old[number]?.content.equals(content) !== true);
      expect([name, changed.map(({ offset }) => offset)]).toEqual([name, []]);
      if (after.length < before.length) smaller.push(name);
    }
    expect(smaller).toEqual(
      expect.arrayContaining(names.filter((name) => /openblas|omppool|tbbpool/.test(name))),
    );
  });

  test('each loads as it did before', () => {
    const before = outcomes('before');
    expect(before.filter((line) => line.endsWith('loads')).length).toBeGreaterThan(8);
    expect(outcomes('after')).toEqual(before);
  });

  test.skipIf(!hasStrip)('that `strip` would have broken some of them is why', () => {
    const broken = outcomes('naive').filter((line) =>
      /not (?:page|properly) aligned|page-aligned/.test(line),
    );
    expect(broken.map((line) => line.replace(/[-.].*$/s, '')).sort()).toEqual(
      expect.arrayContaining(['libgfortran', 'libscipy_openblas', 'libscipy_openblas64_', 'omppool']),
    );
  });
});

async function unpack({ layers }: Pick<Image, 'layers'>, into: string): Promise<void> {
  await mkdir(into, { recursive: true });
  for (const layer of layers) {
    await pipeline(await layer.uncompressed(), createWriteStream(join(into, 'layer.tar')));
    expect(spawnSync('tar', ['-xf', 'layer.tar'], { cwd: into }).status).toBe(0);
  }
}

async function librariesOf(siteFolder: string): Promise<string[]> {
  const found = await Promise.all(
    libraryFolders.map(async (name) =>
      (await readdir(join(siteFolder, name)))
        .filter((file) => /\.so(?:\.|$)/.test(file))
        .map((file) => `${name}/${file}`),
    ),
  );
  return found.flat().sort();
}

interface Mapped {
  readonly offset: number;
  readonly address: number;
  readonly sizeBytes: number;
  readonly alignment: number;
  readonly content: Buffer;
}

/** The segments that a loader maps (`PT_LOAD`), the header and the table of the segments in them left out: they say where the rest is. */
function mapped(whole: Buffer): Mapped[] {
  const [at, count] = [Number(whole.readBigUInt64LE(32)), whole.readUInt16LE(56)];
  const file = Buffer.from(whole);
  file.fill(0, 0, 64).fill(0, at, at + count * 56);
  return Array.from({ length: count }, (_, number) => at + number * 56)
    .filter((start) => whole.readUInt32LE(start) === 1)
    .map((start) => {
      const word = (field: number): number => Number(whole.readBigUInt64LE(start + field));
      const [offset, sizeBytes] = [word(8), word(32)];
      const content = file.subarray(offset, offset + sizeBytes);
      return { offset, address: word(16), sizeBytes, alignment: word(48), content };
    });
}

function misaligned(segments: readonly Mapped[]): number[] {
  return segments
    .filter(({ offset, address, alignment }) => (address - offset) % Math.max(alignment, 4096) !== 0)
    .map(({ offset }) => offset);
}
