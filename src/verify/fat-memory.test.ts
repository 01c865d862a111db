import type { RequestListener } from 'node:http';
import { describe, expect, it } from 'vitest';
import { silentProgress } from '../base/index.ts';
import { environment } from './fixtures/environments.ts';
import { type FakeEngine, type FakeImage, fakeEngine } from './fixtures/fake-engine.ts';
import { leanVerifier, parseProbe, type Verification, type VerifyRequest } from './index.ts';

/** A service that answers what `answer` gives at that time; undefined for a status of 500. */
function service(answer: () => unknown): () => RequestListener {
  return () => (request, response) => {
    const body = request.url === '/health' ? { status: 'ok' } : answer();
    response.statusCode = body === undefined ? 500 : 200;
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(body ?? { detail: 'no model' }));
  };
}

const serving = (answer: () => unknown): FakeImage => ({
  environment: environment(),
  service: service(answer),
});

interface Series {
  readonly verify: (lean: string) => Promise<Verification>;
  readonly engine: FakeEngine;
  /** How often containers of the fat image were started or run. */
  readonly fatStarts: () => number;
}

function series(images: Readonly<Record<string, FakeImage>>, changes: Partial<VerifyRequest> = {}): Series {
  const engine = fakeEngine(images);
  let runs = 0;
  const counting: FakeEngine = {
    ...engine,
    run: async (request) => {
      runs += request.image === 'fat' ? 1 : 0;
      return await engine.run(request);
    },
  };
  const verify = leanVerifier({
    engine: counting,
    fat: 'fat',
    imports: ['import pandas'],
    probes: [parseProbe('/predict')],
    roundGapSeconds: 0.01,
    progress: silentProgress,
    ...changes,
  });
  const fatStarts = (): number => engine.events.filter((event) => event === 'start fat').length + runs;
  return { verify, engine, fatStarts };
}

describe('verifying several lean images against one fat one', () => {
  it('asks the fat image once, whatever the lean images do', async () => {
    const cat = serving(() => ({ label: 'cat' }));
    const dog = serving(() => ({ label: 'dog' }));
    const { verify, engine, fatStarts } = series({ fat: cat, dog, cat });
    expect((await verify('dog')).verdict).toBe('different');
    const before = engine.events.length;
    const verdicts = [await verify('dog'), await verify('cat')].map((one) => one.verdict);
    expect(verdicts).toEqual(['different', 'same']);
    expect(engine.events.slice(before).filter((event) => event.includes('fat'))).toEqual([]);
    // Its environment, and its service.
    expect(fatStarts()).toBe(2);
  });

  it('reports the fat image of a later verification as of the first', async () => {
    const cat = serving(() => ({ label: 'cat' }));
    const { verify } = series({ fat: { ...cat, stderr: 'WARNING slow' }, lean: cat });
    const [first, second] = [await verify('lean'), await verify('lean')];
    expect(second.startUp.fatSeconds).toBe(first.startUp.fatSeconds);
    expect(second.logs.fat).toEqual(first.logs.fat);
    expect(second.requests.map(({ probe, outcome }) => [probe, outcome])).toEqual([
      ['GET /health', 'same'],
      ['GET /predict', 'same'],
    ]);
  });

  it('asks again where an answer changes with time, and lists what varies', async () => {
    let day = 1;
    const dated = serving(() => ({ label: 'cat', day }));
    const { verify, fatStarts } = series({ fat: dated, lean: dated });
    expect((await verify('lean')).verdict).toBe('same');
    day = 2;
    const second = await verify('lean');
    expect(second).toMatchObject({ verdict: 'same', differences: [] });
    day = 3;
    const third = await verify('lean');
    expect(third.verdict).toBe('same');
    expect(third.requests[1]?.ignored).toMatchObject([
      { path: '$.day', reason: 'varies in the fat image itself', fat: '2', lean: '3' },
    ]);
    // The environment; the service at first and when the day had changed; the third time it is known to vary.
    expect(fatStarts()).toBe(3);
  });

  it('asks again before it believes a difference that the first lean image did not have', async () => {
    const cat = serving(() => ({ label: 'cat' }));
    const failing = serving(() => undefined);
    const { verify, fatStarts } = series({ fat: cat, cat, failing });
    await verify('cat');
    const found = await verify('failing');
    expect(found.differences).toMatchObject([
      { severity: 'break', fat: '200 application/json', lean: '500 application/json: {"detail":"no model"}' },
    ]);
    await verify('failing');
    expect(fatStarts()).toBe(3);
  });

  it('runs a job of the fat image once, and again only where the output differs', async () => {
    const job = (...runs: FakeImage['runs'] & {}): FakeImage => ({
      environment: environment(),
      exposedPorts: [],
      runs,
    });
    const { verify, fatStarts } = series(
      {
        fat: job({ stdout: 'day 1\nrows 3' }, { stdout: 'day 2\nrows 3' }, { stdout: 'day 2\nrows 3' }),
        same: job({ stdout: 'day 1\nrows 3' }),
        later: job({ stdout: 'day 2\nrows 3' }),
        broken: job({ stdout: 'day 2\nrows 4' }),
      },
      { probes: [] },
    );
    const verdicts = [await verify('same'), await verify('same'), await verify('later')].map(
      (one) => one.verdict,
    );
    expect(verdicts).toEqual(['same', 'same', 'same']);
    // The environment, the job, and the job again for its day.
    expect(fatStarts()).toBe(3);
    expect((await verify('broken')).differences).toMatchObject([{ what: 'standard output, line 2' }]);
    await verify('broken');
    expect(fatStarts()).toBe(4);
  });
});
