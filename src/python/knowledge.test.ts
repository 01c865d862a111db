import { describe, expect, test } from 'vitest';
import {
  aptPackage,
  cpuVariant,
  developmentPurpose,
  gpuCompanionOf,
  gpuOnlyDistribution,
  isInstaller,
  isStandardLibrary,
  isUsedThrough,
  likelyDistributions,
  likelyModules,
  loadedOtherwise,
  normaliseName,
  packageOfCommand,
  packageOfSoname,
  programSource,
  pullsTorch,
  removableEntries,
  runtimePackagesOf,
  samePurpose,
  smallerDistribution,
  systemNeedsOf,
} from './index.ts';
import { devOnlyTable } from './knowledge/dev-only.ts';
import { hardwareTable } from './knowledge/hardware-variants.ts';
import { samePurposeTable } from './knowledge/same-purpose.ts';
import { systemTable } from './knowledge/system-libraries.ts';

test.each([
  ['pytest-asyncio', 'test runner and its plugins'],
  ['types-requests', 'type checker or stubs'],
  ['jupyterlab', 'notebook environment'],
  ['debugpy', 'debugger'],
  ['torch', undefined],
  ['python-json-logger', undefined],
])('%s is for development: %s', (name, reason) => {
  expect(developmentPurpose(name)?.reason).toBe(reason);
});

test('tensorboard names the modules that need it at run time', () => {
  expect(developmentPurpose('tensorboard')?.usedThrough).toContain('torch.utils.tensorboard');
});

test.each<[string, readonly string[], boolean, string]>([
  ['torch.utils.tensorboard', ['SummaryWriter'], true, 'it needs it'],
  ['torch.utils', ['tensorboard'], true, 'the module by another spelling'],
  ['torch', [], false, 'torch alone writes nothing'],
  ['torch.utils.tensorboards', [], false, 'another module'],
  ['ultralytics', ['YOLO'], true, 'training writes there where it is installed'],
  ['transformers', ['Trainer'], true, 'the trainer reports to what it finds'],
  ['transformers.trainer', ['Trainer'], true, 'from its own module'],
  ['transformers', [], true, 'any class may be taken of it'],
  ['transformers', ['*'], true, 'the trainer among them'],
  ['transformers', ['pipeline'], false, 'a pipeline trains nothing'],
])('an import of %s %j uses tensorboard: %s, because %s', (module, names, expected, _why) => {
  expect(isUsedThrough('tensorboard', { module, names })).toBe(expected);
  expect(isUsedThrough('pytest', { module, names })).toBe(false);
});

test.each<readonly [program: string, install: string | undefined, reason: string]>([
  ['uvicorn', 'uvicorn', 'a distribution of the same name'],
  ['waitress-serve', 'waitress', 'of another name'],
  ['fastapi', 'fastapi[standard]', 'which alone cannot run its program'],
  ['serve-model', undefined, 'nobody knows it'],
  ['toString', undefined, 'nor what every object has'],
])('%s comes with %s: %s', (program, install) => {
  expect(programSource(program)?.install).toBe(install);
});

describe('CPU variants', () => {
  test.each([
    ['torch', 'index', 'torch', 'https://download.pytorch.org/whl/cpu'],
    ['onnxruntime-gpu', 'rename', 'onnxruntime', undefined],
    ['tensorflow', 'rename', 'tensorflow-cpu', undefined],
    ['xgboost', 'rename', 'xgboost-cpu', undefined],
    ['jax', 'extras', 'jax', undefined],
  ])('%s by %s', (name, how, to, indexUrl) => {
    expect(cpuVariant(name)).toMatchObject({ how, name: to, indexUrl });
  });
  test('torchvision is swapped together with torch', () => {
    expect(cpuVariant('torchvision')?.togetherWith).toEqual(['torch', 'torchaudio']);
  });
  test('triton and nvidia wheels go, GPU monitoring stays', () => {
    expect(gpuCompanionOf('triton')).toBe('torch');
    expect(gpuCompanionOf('nvidia-cudnn-cu12')).toBe('torch');
    expect(gpuCompanionOf('nvidia-ml-py')).toBeUndefined();
  });
  test('some distributions need a GPU, others bring torch', () => {
    expect(gpuOnlyDistribution('cupy-cuda12x')?.weight).toBe(3);
    expect(gpuOnlyDistribution('torch')).toBeUndefined();
    expect(pullsTorch('sentence-transformers')).toBe(true);
    expect([pullsTorch('transformers'), pullsTorch('transformers', ['torch'])]).toEqual([false, true]);
    expect(smallerDistribution('opencv-python')?.to).toBe('opencv-python-headless');
  });
});

describe('system packages', () => {
  test.each([
    ['opencv-python', 'bookworm', 'libgl1 libglib2.0-0 libsm6 libice6 libxext6 libx11-6 libxcb1'],
    ['opencv-python', 'trixie', 'libgl1 libglib2.0-0t64 libsm6 libice6 libxext6 libx11-6 libxcb1'],
    ['lightgbm', 'bookworm', 'libgomp1'],
    ['psycopg2-binary', 'bookworm', ''],
  ] as const)('%s on %s needs %s', (name, suite, packages) => {
    expect(systemNeedsOf(name, suite)?.packages.join(' ')).toBe(packages);
  });
  test('a psycopg with its binary extra needs nothing', () => {
    expect(systemNeedsOf('psycopg', 'bookworm')?.packages).toEqual(['libpq5']);
    expect(systemNeedsOf('psycopg', 'bookworm', ['binary'])?.packages).toEqual([]);
  });
  test('what a suite lacks is named, not dropped', () => {
    expect(systemNeedsOf('gdal', 'trixie')?.unknownSonames).toEqual(['libgdal.so.32']);
  });
  test('development packages have run-time halves, or the table says that it cannot tell', () => {
    expect(runtimePackagesOf('libpq-dev', 'bookworm')).toEqual(['libpq5']);
    expect(runtimePackagesOf('build-essential', 'trixie')).toEqual([]);
    expect(runtimePackagesOf('libboost-all-dev', 'bookworm')).toBeUndefined();
    expect(runtimePackagesOf('libhdf5-dev', 'trixie')).toBeUndefined();
  });
  test.each([
    ['libssl-dev', 'jammy', ['libssl3'], 'only Ubuntu 24.04 and Debian 13 have 64-bit times in the name'],
    ['libssl-dev', 'noble', ['libssl3t64'], 'as Debian 13'],
    ['libssl-dev', 'focal', ['libssl1.1'], 'an older OpenSSL'],
    ['libjpeg-dev', 'jammy', ['libjpeg-turbo8'], 'Debian’s libjpeg62-turbo is none of Ubuntu’s'],
    ['unixodbc-dev', 'bullseye', ['libodbc1', 'odbcinst1debian2', 'odbcinst'], 'renamed in Debian 12'],
    ['libpq-dev', 'other', undefined, 'what a release has that nobody knows is not guessed'],
    ['build-essential', 'other', [], 'nothing of a compiler is needed anywhere'],
  ] as const)('%s on %s leaves %j: %s', (name, suite, packages, _why) => {
    expect(runtimePackagesOf(name, suite)).toEqual(packages);
  });
  test.each([
    ['libglib-2.0.so.0', 'jammy', 'libglib2.0-0'],
    ['libglib-2.0.so.0', 'other', 'libglib2.0-0'],
    ['libssl.so.3', 'focal', undefined],
    ['libodbc.so.2', 'focal', 'libodbc1'],
  ] as const)('%s on %s is of %s', (soname, suite, name) => {
    expect(packageOfSoname(soname, suite)).toBe(name);
  });
  test('commands lead to packages and packages to purposes', () => {
    expect(packageOfCommand('/usr/bin/pdftoppm')).toBe('poppler-utils');
    expect(packageOfCommand('cc')).toBe('gcc');
    expect(aptPackage('curl=7.88.1-10')).toMatchObject({ purpose: 'fetch-tool', commands: ['curl'] });
    expect(aptPackage('libgl1')?.closureBytes).toBeGreaterThan(200e6);
  });
});

test('import names fall back to the table, then to the name itself', () => {
  expect(likelyDistributions('cv2')[0]).toBe('opencv-python');
  expect(likelyDistributions('google.cloud.storage.blob')).toEqual(['google-cloud-storage']);
  expect(likelyDistributions('sentence_transformers.util')).toEqual(['sentence-transformers']);
  expect(likelyModules('scikit-learn')).toContain('sklearn');
});

test('the tables hold together', () => {
  const names = devOnlyTable.entries.flatMap((entry) => entry.names);
  expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
  expect(
    [...names, ...hardwareTable.families.flatMap((family) => family.members)].every(
      (one) => normaliseName(one) === one,
    ),
  ).toBe(true);
  const used = systemTable.distributions.flatMap((entry) => entry.sonames);
  expect(used.filter((soname) => !(soname in systemTable.sonames))).toEqual([]);
  expect(
    removableEntries.filter((entry) => entry.verdict === 'guarded' && entry.guard === undefined),
  ).toEqual([]);
  for (const module of ['os', 'importlib', 'distutils', 'tomllib'])
    expect(isStandardLibrary(module)).toBe(true);
});

describe('distributions of one purpose', () => {
  test('who is kept is a member, and no twin stands in two groups of twins', () => {
    for (const { keep, members } of samePurposeTable.groups)
      expect(members).toEqual(expect.arrayContaining([...keep]));
    const twins = samePurposeTable.groups.flatMap(({ kind, members }) =>
      kind === 'same-modules' ? members : [],
    );
    expect(new Set(twins).size).toBe(twins.length);
  });

  test.each([
    [['opencv-python', 'opencv-python-headless', 'numpy'], ['opencv: opencv-python, opencv-python-headless']],
    [['tensorflow', 'tensorflow-cpu'], ['tensorflow: tensorflow, tensorflow-cpu']],
    [['opencv-python'], []],
    [
      ['psycopg2', 'psycopg2-binary', 'psycopg'],
      ['psycopg2: psycopg2, psycopg2-binary', 'psycopg: psycopg2, psycopg2-binary, psycopg'],
    ],
  ])('%j: %j', (names, found) => {
    const groups = samePurpose(new Set(names));
    expect(groups.map(({ group, members }) => `${group.id}: ${members.join(', ')}`)).toEqual(found);
  });
});

test.each([
  ['openpyxl', ['pandas'], 'pandas'],
  ['openpyxl', ['numpy'], 'nobody'],
  ['scikit-learn', ['joblib'], 'joblib'],
  ['tzdata', [], 'everybody'],
  ['torch', ['numpy'], 'nobody'],
])('%s may be loaded among %j by %s', (name, installed, by) => {
  const found = loadedOtherwise(name, new Set(installed));
  expect(found === undefined ? 'nobody' : (found.by ?? 'everybody')).toBe(by);
});

test('what installs is no part of an application', () => {
  expect(['pip', 'setuptools', 'wheel', 'torch'].filter(isInstaller)).toEqual(['pip', 'setuptools', 'wheel']);
});
