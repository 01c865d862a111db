import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Answer,
  type ComparedRequest,
  type CompareResponsesOptions,
  compareResponses,
} from './index.ts';

interface Shape {
  readonly status?: number;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly seconds?: number;
  readonly isTruncated?: boolean;
}

function answer(body: unknown, shape: Shape = {}): Answer {
  const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  return {
    kind: 'response',
    status: shape.status ?? 200,
    contentType: shape.type ?? 'application/json',
    headers: shape.headers ?? {},
    body: bytes,
    isTruncated: shape.isTruncated ?? false,
    digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}`,
    seconds: shape.seconds ?? 0.01,
  };
}

const silence: Answer = { kind: 'no-answer', reason: 'read ECONNRESET' };

function compare(
  fat: readonly Answer[],
  lean: readonly Answer[],
  options: Partial<CompareResponsesOptions> = {},
): ComparedRequest {
  return compareResponses({ probe: 'GET /x', fat, lean }, { tolerance: 1e-4, ...options });
}

const twice = (one: Answer): readonly Answer[] => [one, one];
const paths = (result: ComparedRequest): string[] => result.differences.map((one) => one.what);

describe('comparing answers', () => {
  it('takes JSON by structure, not by spelling', () => {
    const result = compare(twice(answer('{"a": 1, "b": [1.0, "x"]}')), twice(answer('{"b":[1,"x"],"a":1}')));
    expect(result).toMatchObject({ outcome: 'same', differences: [], ignored: [] });
  });

  it('names the place and both values', () => {
    const result = compare(
      twice(answer({ items: [{ label: 'cat' }], 'odd key': 1 })),
      twice(answer({ items: [{ label: 'dog' }], 'odd key': null })),
    );
    expect(result.outcome).toBe('different');
    expect(result.differences).toMatchObject([
      { severity: 'break', what: 'GET /x $.items[0].label', fat: '"cat"', lean: '"dog"' },
      { what: 'GET /x $["odd key"]', fat: '1', lean: 'null' },
    ]);
  });

  it.each([
    [0.5, 0.50004, 'same', 'within the tolerance'],
    [0.5, 0.5002, 'different', 'beyond it'],
    [1e-9, 3e-9, 'same', 'both are zero but for noise'],
    [3, 4, 'different', 'integers are exact'],
    [100000, 100001, 'different', 'also large ones: an id is not a measurement'],
    [1, 0.99999, 'same', 'a float that happens to be whole'],
    [-0.5, 0.5, 'different', 'the sign counts'],
  ])('%d and %d are %s: %s', (fat, lean, outcome) => {
    expect(compare(twice(answer([fat])), twice(answer([lean]))).outcome).toBe(outcome);
  });

  it('reports the largest deviation that it let pass, and takes another tolerance', () => {
    const [fat, lean] = [twice(answer([0.5, 0.2])), twice(answer([0.50001, 0.2]))];
    expect(compare(fat, lean).largestDeviation).toBeCloseTo(2e-5, 6);
    expect(compare(fat, lean, { tolerance: 1e-6 }).outcome).toBe('different');
  });

  it('keeps every digit of large integers', () => {
    const result = compare(twice(answer('[9007199254740993]')), twice(answer('[9007199254740992]')));
    expect(result.differences).toMatchObject([{ fat: '9007199254740993', lean: '9007199254740992' }]);
  });

  it('ignores what the fat image itself varies, and says so', () => {
    const result = compare(
      [answer({ id: 'a', score: 0.5 }), answer({ id: 'b', score: 0.5 })],
      [answer({ id: 'c', score: 0.5 }), answer({ id: 'd', score: 0.5 })],
    );
    expect(result.outcome).toBe('same');
    expect(result.ignored).toMatchObject([{ path: '$.id', reason: 'varies in the fat image itself' }]);
  });

  it('does not ignore a varying field that loses its type', () => {
    const result = compare(
      [answer({ id: 'a', ok: 1 }), answer({ id: 'b', ok: 1 })],
      twice(answer({ id: null, ok: 1 })),
    );
    expect(paths(result)).toEqual(['GET /x $.id']);
  });

  it('does not take noise below the tolerance for a field that varies', () => {
    const result = compare([answer([0.5]), answer([0.500001])], twice(answer([0.9])));
    expect(result.outcome).toBe('different');
  });

  it('lets a counter count: the same sequence gives the same values', () => {
    const result = compare([answer({ n: 1 }), answer({ n: 2 })], [answer({ n: 1 }), answer({ n: 2 })]);
    expect(result).toMatchObject({ ignored: [], differences: [] });
  });

  it('takes a duration that coincides in the fat image for one when the lean one varies it', () => {
    const result = compare(twice(answer({ latency_ms: 3, label: 1 })), [
      answer({ latency_ms: 4, label: 1 }),
      answer({ latency_ms: 5, label: 1 }),
    ]);
    expect(result.ignored).toMatchObject([
      { path: '$.latency_ms', reason: expect.stringContaining('a measured time') },
    ]);
    const steady = compare(twice(answer({ latency_ms: 3 })), twice(answer({ latency_ms: 4 })));
    expect(steady.outcome).toBe('different');
  });

  it('proves little where all of the answer varies', () => {
    const result = compare(
      [answer({ text: 'a' }), answer({ text: 'b' })],
      [answer({ text: 'c' }), answer({ text: 'd' })],
    );
    expect(result).toMatchObject({
      outcome: 'weak',
      detail: 'all of the answer varies in the fat image itself',
    });
  });

  it.each([
    [404, 'weak', 'the fat image itself answers 404'],
    [500, 'weak', 'the fat image itself answers 500'],
    [200, 'same', ''],
  ])('a probe that both answer %d is %s', (status, outcome, detail) => {
    const both = twice(answer({ detail: 'x' }, { status }));
    expect(compare(both, both)).toMatchObject({ outcome, detail, fatStatus: status });
  });

  it.each([
    ['another status', answer({}), answer({}, { status: 500 }), '500 application/json: {}'],
    [
      'another type',
      answer('x', { type: 'text/plain' }),
      answer('x', { type: 'text/html' }),
      '200 text/html: x',
    ],
    ['no answer any more', answer({}), silence, 'no answer (read ECONNRESET)'],
  ])('%s is a break', (_reason, fat, lean, expected) => {
    const result = compare(twice(fat), twice(lean), { bodySeverity: 'change' });
    expect(result).toMatchObject({
      outcome: 'different',
      differences: [{ severity: 'break', lean: expected }],
    });
  });

  it('a lean image that fails only the second time is found out', () => {
    expect(compare(twice(answer({})), [answer({}), silence]).outcome).toBe('different');
  });

  it('a flickering fat image excuses its own answers only', () => {
    const flicker = [answer({}), answer({}, { status: 503 })];
    expect(compare(flicker, twice(answer({}))).outcome).toBe('weak');
    expect(compare(flicker, twice(silence)).outcome).toBe('different');
  });

  it('no answer from either is weak', () => {
    expect(compare(twice(silence), twice(silence))).toMatchObject({ outcome: 'weak', fatStatus: undefined });
  });

  it('compares other bodies by their bytes, texts by lines', () => {
    const image = (body: string) => twice(answer(body, { type: 'image/png' }));
    expect(paths(compare(image('abc'), image('abd')))).toEqual(['GET /x body']);
    const page = (body: string) => twice(answer(body, { type: 'text/html' }));
    expect(compare(page('a\nscore 0.50000'), page('a\nscore 0.50001')).outcome).toBe('same');
    expect(paths(compare(page('a\nb'), page('a\nc')))).toEqual(['GET /x line 2']);
  });

  it('falls back to text where the JSON is none', () => {
    expect(compare(twice(answer('{"a": NaN}')), twice(answer('{"a": NaN}'))).outcome).toBe('same');
    expect(paths(compare(twice(answer('{"a": NaN}')), twice(answer('{"a": 1}'))))).toEqual(['GET /x line 1']);
  });

  it('tells of headers, and ignores those that vary', () => {
    const withHeaders = (id: string, cache: string) =>
      answer({}, { headers: { 'x-request-id': id, 'cache-control': cache, date: id } });
    const result = compare(
      [withHeaders('1', 'no-store'), withHeaders('2', 'no-store')],
      [withHeaders('3', 'public'), withHeaders('4', 'public')],
    );
    expect(result.outcome).toBe('same');
    expect(result.differences).toMatchObject([
      {
        kind: 'header',
        severity: 'change',
        what: 'GET /x header cache-control',
        fat: 'no-store',
        lean: 'public',
      },
    ]);
    expect(result.ignored.map((one) => one.path)).toEqual(['header x-request-id']);
  });

  it('a version that was meant to change is a change', () => {
    const result = compare(twice(answer({ torch: '2.14.1' })), twice(answer({ torch: '2.13.0+cpu' })), {
      versionChanges: [['2.14.1', '2.13.0+cpu']],
    });
    expect(result).toMatchObject({ outcome: 'same', differences: [{ severity: 'change' }] });
  });

  it('gives the median of the latencies', () => {
    const timed = [1, 5, 2].map((seconds) => answer({}, { seconds }));
    expect(compare(timed, timed.slice(0, 2))).toMatchObject({ fatSeconds: 2, leanSeconds: 3 });
  });

  it('finds no difference between a value and itself, and always one after a change', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value);
        expect(compare(twice(answer(text)), twice(answer(text))).differences).toEqual([]);
        const changed = compare(twice(answer(`[${text}]`)), twice(answer(`[${text},"new"]`)));
        expect(paths(changed)).toEqual(['GET /x $[1]']);
      }),
    );
  });
});
