import { describe, expect, test } from 'vitest';
import { type RequestOptions, requestOf } from './fixtures/request-of.ts';
import { type EntrySpec, type LayerSpec, rootOf } from './fixtures/root-of.ts';
import { type Audit, auditImage, wantsAuditContent } from './index.ts';

const site = 'usr/local/lib/python3.11/site-packages';
const python = { 'usr/local/bin/python3.11': 1 };

function audit(specs: readonly LayerSpec[], options: RequestOptions = {}): Audit {
  return auditImage(requestOf(rootOf(...specs), options));
}

function found(report: Audit): (string | number)[][] {
  return report.findings.map(({ kind, sizeBytes }) => [kind, sizeBytes]);
}

describe('by name and place', () => {
  const source: LayerSpec = { ...python, [`${site}/a/b.py`]: 1, 'app/b.py': 1, 'app/tests/test_b.py': 1 };
  const optimised = { config: { env: ['PYTHONOPTIMIZE=1'] } };
  const cases: readonly [path: string, isUsed: boolean, options: RequestOptions, reason: string][] = [
    [`${site}/a/__pycache__/b.cpython-311.pyc`, true, {}, 'beside its source, of the version that runs'],
    ['app/__pycache__/b.cpython-311.pyc', true, {}, 'of the application'],
    [
      'app/__pycache__/b.cpython-311.pyc',
      true,
      { config: { env: ['PYTHONDONTWRITEBYTECODE=1'] } },
      'that variable forbids writing, not reading',
    ],
    [
      `${site}/a/__pycache__/gone.cpython-311.pyc`,
      false,
      {},
      'the source is gone: nobody imports from __pycache__',
    ],
    [`${site}/a/gone.pyc`, true, {}, 'without source in its place it is imported'],
    [`${site}/a/b.pyc`, false, {}, 'of Python 2, which is not there'],
    ['usr/lib/python2.7/b.pyc', true, {}, 'of Python 2, which is'],
    [`${site}/a/__pycache__/b.cpython-310.pyc`, false, {}, 'of another version than the folder is for'],
    ['app/__pycache__/b.cpython-39.pyc', false, {}, 'from the developer’s machine'],
    ['app/__pycache__/b.pypy310.pyc', false, {}, 'of PyPy'],
    [`${site}/a/__pycache__/b.cpython-311.pyc.1402`, false, {}, 'a compilation that was cut off'],
    [`${site}/a/__pycache__/b.cpython-311.opt-1.pyc`, false, {}, 'nothing runs with -O'],
    [`${site}/a/__pycache__/b.cpython-311.opt-1.pyc`, true, optimised, 'the environment asks for it'],
    [`${site}/a/__pycache__/b.cpython-311.pyc`, false, optimised, 'nothing runs without -O'],
    [
      `${site}/a/__pycache__/b.cpython-311.opt-2.pyc`,
      true,
      { config: { cmd: ['python3', '-OO', 'app.py'] } },
      'the command asks for it',
    ],
    [
      `${site}/a/__pycache__/b.cpython-311.pyc`,
      true,
      { config: { cmd: ['sh', '-c', 'exec python -uO app.py'] } },
      'what the command starts runs without',
    ],
    [
      `${site}/a/__pycache__/b.cpython-311.pyc`,
      false,
      { config: { env: ['PYTHONPYCACHEPREFIX=/tmp/pycache'] } },
      'bytecode is looked for elsewhere',
    ],
    ['app/tests/__pycache__/test_b.cpython-311.pyc', false, {}, 'of a test suite'],
    ['app/tests/__pycache__/test_b.cpython-311-pytest-8.3.2.pyc', false, {}, 'of pytest'],
    [`${site}/a/__pycache__/b.main-12.py311.1.nbc`, true, {}, 'a function that Numba compiled'],
  ];
  test.each(cases)('%s is used: %s, with %j (%s)', (path, isUsed, options) => {
    expect(found(audit([{ ...source, [path]: 50 }], options))).toEqual(
      isUsed ? [] : [['orphaned-bytecode', 50]],
    );
  });

  test('it is of whoever brought its source', () => {
    const distributions = [{ name: 'a', version: '1', files: [`${site}/a/b.py`], sizeBytes: 1 }];
    const path = `${site}/a/__pycache__/b.cpython-311.opt-1.pyc`;
    expect(audit([{ ...source, [path]: 50 }], { distributions }).findings[0]?.owner?.name).toBe('a');
  });

  test('where nobody knows which Python runs, none is of the wrong version', () => {
    expect(found(audit([{ 'app/b.py': 1, 'app/__pycache__/b.cpython-39.pyc': 9 }]))).toEqual([]);
  });
});

/** The header of PEP 552 as CPython 3.11 writes it, and a body. */
function compiled(flags: number, mtimeSeconds: number, sizeBytes: number, magic = 3495): Uint8Array {
  const bytes = new Uint8Array(150);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x0a0d0000 + magic, true);
  view.setUint32(4, flags, true);
  view.setUint32(8, mtimeSeconds, true);
  view.setUint32(12, sizeBytes, true);
  return bytes;
}

const file = (mtimeSeconds: number, content?: Uint8Array): EntrySpec => ({
  sizeBytes: content?.length ?? 40,
  mtimeSeconds,
  ...(content === undefined ? {} : { content }),
});

describe('by header', () => {
  const cases: readonly [header: Uint8Array, isUsed: boolean, reason: string][] = [
    [compiled(0, 1_700_000_000, 40), true, 'the source’s time and length'],
    [compiled(0, 1_600_000_000, 40), false, 'another time'],
    [compiled(0, 1_700_000_000, 41), false, 'another length'],
    [compiled(1, 7, 7), true, 'a hash that nobody checks'],
    [compiled(3, 7, 7), true, 'a hash that Python checks'],
    [compiled(0, 1_700_000_000, 40, 3494), false, 'of a preview of the version'],
  ];
  test.each(cases)('%# is used: %s (%s)', (header, isUsed) => {
    const report = audit([
      {
        ...python,
        [`${site}/a/__init__.py`]: file(1_700_000_000),
        [`${site}/a/__pycache__/__init__.cpython-311.pyc`]: file(1_700_000_100, header),
      },
    ]);
    expect(found(report)).toEqual(isUsed ? [] : [['stale-bytecode', 150]]);
  });

  test('the small ones that are looked into are captured', () => {
    const path = `${site}/a/__pycache__/__init__.cpython-311.pyc`;
    expect([
      wantsAuditContent(path, 150),
      wantsAuditContent(path, 15),
      wantsAuditContent(path, 9000),
    ]).toEqual([true, false, false]);
    expect(wantsAuditContent(`${site}/a/__pycache__/b.cpython-311.pyc`, 150)).toBe(false);
  });
});

describe('by what happened to the others', () => {
  /** Three packages with a header that was read, and a module of which only the times are known. */
  const tree = (times: { source: number; compiled: number; recorded: number }, flags = 0): LayerSpec => ({
    ...python,
    ...Object.fromEntries(
      ['a', 'b', 'c'].flatMap((name): [string, EntrySpec][] => [
        [`${site}/${name}/__init__.py`, file(times.source)],
        [
          `${site}/${name}/__pycache__/__init__.cpython-311.pyc`,
          file(times.compiled, compiled(flags, times.recorded, 40)),
        ],
      ]),
    ),
    [`${site}/a/big.py`]: file(times.source),
    [`${site}/a/__pycache__/big.cpython-311.pyc`]: { sizeBytes: 1000, mtimeSeconds: times.compiled },
  });
  const cases: readonly [spec: LayerSpec, stale: number, reason: string][] = [
    [tree({ source: 100, compiled: 200, recorded: 100 }), 0, 'as pip leaves it'],
    [
      tree({ source: 0, compiled: 0, recorded: 100 }),
      1450,
      'a builder set all times to the beginning of 1970',
    ],
    [tree({ source: 300, compiled: 300, recorded: 100 }), 1450, 'a copy gave all files the time of copying'],
    [tree({ source: 300, compiled: 200, recorded: 7 }, 1), 0, 'hashes do not care'],
  ];
  test.each(cases)('%# has %d stale bytes (%s)', (spec, stale) => {
    expect(found(audit([spec]))).toEqual(stale === 0 ? [] : [['stale-bytecode', stale]]);
  });

  test('a source that a later layer edits makes its bytecode stale, and only its', () => {
    const edit: LayerSpec = { [`${site}/a/big.py`]: file(500) };
    const report = audit([tree({ source: 100, compiled: 200, recorded: 100 }), edit]);
    expect(found(report).filter(([kind]) => kind === 'stale-bytecode')).toEqual([['stale-bytecode', 1000]]);
  });

  test('one package whose source was changed is no sign for the others', () => {
    const spec = {
      ...tree({ source: 100, compiled: 200, recorded: 100 }),
      [`${site}/b/__init__.py`]: { sizeBytes: 41, mtimeSeconds: 100 },
    };
    expect(found(audit([spec]))).toEqual([['stale-bytecode', 150]]);
  });
});

describe('all modules compiled', () => {
  const distribution = (compiledCount: number) => {
    const sources = Array.from({ length: 120 }, (_, i) => `${site}/d/m${i}.py`);
    const bytecode = sources
      .slice(0, compiledCount)
      .map((_, i) => `${site}/d/__pycache__/m${i}.cpython-311.pyc`);
    return { name: 'd', version: '1', files: [...sources, ...bytecode], sizeBytes: 0 };
  };
  const cases: readonly [compiledCount: number, sizeBytes: number | undefined, reason: string][] = [
    [120, 1200, 'as pip does it'],
    [60, undefined, 'what an application loaded'],
    [0, undefined, 'none'],
  ];
  test.each(cases)('%d of 120 → %s (%s)', (compiledCount, sizeBytes) => {
    const one = distribution(compiledCount);
    const report = audit([{ ...python, ...Object.fromEntries(one.files.map((path) => [path, 10])) }], {
      distributions: [one],
    });
    expect(report.avoidableBytes).toBe(0);
    expect(
      report.findings.map(({ kind, sizeBytes: bytes, owner, rewrite }) => [
        kind,
        bytes,
        owner?.name,
        rewrite,
      ]),
    ).toEqual(sizeBytes === undefined ? [] : [['bytecode', sizeBytes, 'd', 'traced-bytecode']]);
  });
});
