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
    ['app/pytorch_model.bin', 'torch-zip', 'torch', true],
    ['app/model.bin', 'pickle', 'pickle', true],
    ['app/classifier', 'pickle', 'pickle', true],
    ['app/forest.pkl.gz', undefined, 'pickle', true],
    ['app/ggml-base.en.bin', undefined, 'gguf', false],
    ['app/detect.tflite', undefined, 'tensorflow', false],
    ['app/1/variables/variables.data-00000-of-00001', undefined, 'tensorflow', false],
    ['app/model.ckpt-9.data-00000-of-00001', undefined, 'tensorflow', false],
    ['app/openvino_model.bin', undefined, 'unknown', false],
    ['app/model.engine', undefined, 'unknown', false],
    [
      'root/.cache/huggingface/hub/models--x/blobs/0123456789012345678901234567890123456789',
      undefined,
      'unknown',
      false,
    ],
  ];
  test.each(cases)('%s (%s) are %s', (path, format, expected, isCode) => {
    const [found] = weights({
      [path]: { sizeBytes: 3 * megabyte, ...(format === undefined ? {} : { format }) },
    });
    expect(found).toMatchObject({ format: expected, sizeBytes: 3 * megabyte, severity: 'info' });
    expect(found?.waste).toBeUndefined();
    expect(found?.remedy.includes('runs whatever code')).toBe(isCode);
  });
  test('are not: data, programs, what a package brings', () => {
    const spec: LayerSpec = {
      'app/data/train.pkl.csv': 3 * megabyte,
      'app/data/batch': { sizeBytes: 3 * megabyte, format: 'pickle' },
      'app/data/train.h5': { sizeBytes: 3 * megabyte, format: 'hdf5' },
      'app/firmware.bin': 3 * megabyte,
      [`${site}/x/model.onnx`]: 3 * megabyte,
    };
    const distributions = [{ name: 'x', version: '1', files: [`${site}/x/model.onnx`], sizeBytes: 1 }];
    expect(audit(spec, { distributions }).findings.filter(({ kind }) => kind === 'model-weights')).toEqual(
      [],
    );
  });
  test('below a megabyte are none', () => {
    expect(weights({ 'app/model.safetensors': 999_999 })).toEqual([]);
  });
});

test('dead bytes name the layers, the instruction and the owner', () => {
  const file = `${site}/torch/lib/libtorch.so`;
  const root = rootOf(
    { [file]: { sizeBytes: 900, fingerprint: 'aa', mtimeSeconds: 5 } },
    { [file]: { sizeBytes: 900, fingerprint: 'aa', mtimeSeconds: 5 } },
  );
  const report = auditImage(
    requestOf(root, {
      distributions: [{ name: 'torch', version: '2', files: [file], sizeBytes: 900 }],
      instructions: ['RUN pip install torch', 'RUN chown -R app /usr'],
    }),
  );
  expect(report.findings.filter(({ waste }) => waste === 'dead')).toMatchObject([
    {
      sizeBytes: 900,
      layer: 0,
      instruction: 'RUN pip install torch',
      owner: { name: 'torch' },
      remedy: expect.stringContaining('by layer 1'),
    },
  ]);
});
