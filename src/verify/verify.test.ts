import type { RequestListener } from 'node:http';
import { describe, expect, it } from 'vitest';
import { silentProgress, UserError } from '../base/index.ts';
import { environment, fails, works } from './fixtures/environments.ts';
import { type FakeEngine, type FakeImage, fakeEngine } from './fixtures/fake-engine.ts';
import { parseProbe, type Verification, type VerifyRequest, verifyImages } from './index.ts';

/** A service with /health and whatever else is given, by path. */
function service(routes: Readonly<Record<string, (count: number) => unknown>> = {}): () => RequestListener {
  return () => {
    let count = 0;
    return (request, response) => {
      const path = (request.url ?? '').split('?')[0] ?? '';
      const route = path === '/health' ? () => ({ status: 'ok' }) : routes[path];
      count += 1;
      response.statusCode = route === undefined ? 404 : 200;
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(route === undefined ? { detail: 'Not Found' } : route(count)));
    };
  };
}

const predict = service({ '/predict': () => ({ label: 'cat', score: 0.5 }) });
const healthy: FakeImage = { environment: environment(), service: predict };

interface Outcome {
  readonly verification: Verification;
  readonly engine: FakeEngine;
}

async function verify(
  fat: FakeImage,
  lean: FakeImage,
  changes: Partial<VerifyRequest> = {},
): Promise<Outcome> {
  const engine = fakeEngine({ fat, lean });
  const verification = await verifyImages({
    engine,
    fat: 'fat',
    lean: 'lean',
    imports: ['import cv2', 'import pandas'],
    probes: [parseProbe('/predict?x=1')],
    roundGapSeconds: 0.01,
    progress: silentProgress,
    ...changes,
  });
  return { verification, engine };
}

const checkOutcome = (verification: Verification, name: string) =>
  verification.checks.find((one) => one.name === name);

describe('verifying a lean image', () => {
  it('finds two images that do the same', async () => {
    const { verification, engine } = await verify(healthy, healthy);
    expect(verification).toMatchObject({
      verdict: 'same',
      summary: 'The lean image does what the fat one does, and answers all requests alike.',
      differences: [],
    });
    expect(verification.checks.map((one) => one.outcome)).toEqual(Array(8).fill('same'));
    expect(verification.startUp.fatSeconds).toBeGreaterThan(0);
    expect(verification.logs.lean.stdout).toBe('started');
    // One after the other, the same requests in the same order.
    const asked = (name: string) => [
      `start ${name}`,
      `${name}: GET /health`,
      ...Array(2)
        .fill([`${name}: GET /health`, `${name}: GET /predict?x=1`])
        .flat(),
      `remove ${name}`,
    ];
    expect(engine.events).toEqual([...asked('fat'), ...asked('lean')]);
  });

  it('finds another answer', async () => {
    const lean = { ...healthy, service: service({ '/predict': () => ({ label: 'dog', score: 0.5 }) }) };
    const { verification } = await verify(healthy, lean);
    expect(verification).toMatchObject({
      verdict: 'different',
      summary: 'The lean image differs in 1 way (requests).',
      differences: [{ kind: 'response', what: 'GET /predict?x=1 $.label', fat: '"cat"', lean: '"dog"' }],
    });
  });

  it('finds an import that broke even where every answer is equal', async () => {
    const lean = environment({
      imports: [fails('import cv2', 'no', { library: 'libGL.so.1' }), works('import pandas')],
    });
    const { verification } = await verify(healthy, { ...healthy, environment: lean });
    expect(verification.verdict).toBe('different');
    expect(verification.differences).toMatchObject([{ kind: 'import', hints: { soname: 'libGL.so.1' } }]);
    expect(checkOutcome(verification, 'requests')?.outcome).toBe('same');
  });

  it('finds a lean image without Python', async () => {
    const { environment: _, ...lean } = healthy;
    const { verification } = await verify(healthy, lean);
    expect(verification).toMatchObject({
      verdict: 'different',
      differences: [{ kind: 'runtime', severity: 'break' }],
    });
  });

  it('tells why a lean image dies on start', async () => {
    const stderr = "Traceback (most recent call last):\nModuleNotFoundError: No module named 'cv2'\n";
    const { service: _, ...rest } = healthy;
    const { verification, engine } = await verify(
      healthy,
      { ...rest, exitCode: 1, stderr },
      { timeouts: { requestSeconds: 1, startSeconds: 0.3 } },
    );
    expect(verification.verdict).toBe('different');
    expect(verification.differences).toMatchObject([
      { kind: 'start', severity: 'break', hints: { module: 'cv2', distribution: 'opencv-python' } },
    ]);
    expect(verification.differences[0]?.lean).toContain('exit code 1');
    expect(verification.logs.lean.stderr).toContain('ModuleNotFoundError');
    expect(engine.events.at(-1)).toBe('remove lean');
  });

  it('tells why the engine does not start it', async () => {
    const { verification } = await verify(healthy, {
      ...healthy,
      refusal: 'exec: "uvicorn": executable file not found',
    });
    expect(verification.differences).toMatchObject([
      { kind: 'start', lean: 'exec: "uvicorn": executable file not found' },
    ]);
  });

  it('gives up on a lean image that never answers', async () => {
    const { service: _, ...hanging } = healthy;
    const { verification, engine } = await verify(healthy, hanging, { timeouts: { startSeconds: 0.5 } });
    expect(verification.differences).toMatchObject([
      { kind: 'start', severity: 'break', lean: expect.stringContaining('not healthy after') },
    ]);
    expect(engine.events.at(-1)).toBe('remove lean');
  });

  it('finds a failed load in the log of a service that answers alike', async () => {
    const lean = { ...healthy, stderr: 'WARNING falling back: ImportError: cannot import name fast\n' };
    const { verification } = await verify(healthy, lean);
    expect(verification).toMatchObject({
      verdict: 'different',
      differences: [{ kind: 'log', severity: 'break' }],
    });
  });

  it('keeps state apart: a counter counts alike in both', async () => {
    const image = { ...healthy, service: service({ '/predict': (count) => ({ count }) }) };
    const { verification } = await verify(image, image);
    expect(verification.verdict).toBe('same');
    expect(verification.requests[1]?.ignored).toEqual([]);
  });

  it('waits for a service that is not ready yet', async () => {
    const slow = (): RequestListener => {
      let count = 0;
      return (_, response) => {
        count += 1;
        response.statusCode = count < 3 ? 503 : 200;
        response.end('ok');
      };
    };
    const { verification, engine } = await verify(
      { ...healthy, service: slow },
      { ...healthy, service: slow },
    );
    expect(verification.verdict).toBe('same');
    expect(engine.events.slice(0, 4)).toEqual(['start fat', ...Array(3).fill('fat: GET /health')]);
  });

  it('takes a service without a health path once it answers everywhere', async () => {
    const bare = () => (_: unknown, response: Parameters<RequestListener>[1]) => {
      response.statusCode = 404;
      response.end();
    };
    const { verification } = await verify({ ...healthy, service: bare }, { ...healthy, service: bare });
    expect(verification.requests[0]).toMatchObject({ probe: 'GET /', fatStatus: 404 });
    expect(checkOutcome(verification, 'requests')).toMatchObject({ outcome: 'weak' });
  });

  it('asks the given health path only', async () => {
    const image = { ...healthy, service: service({ '/up': () => ({}) }) };
    const { engine } = await verify(image, image, { healthPath: '/up', probes: [] });
    expect(new Set(engine.events.filter((one) => one.includes('GET')))).toEqual(
      new Set(['fat: GET /up', 'lean: GET /up']),
    );
  });
});

describe('how much a verification proves', () => {
  it('says that only health was compared', async () => {
    const { verification } = await verify(healthy, healthy, { probes: [] });
    expect(verification.verdict).toBe('same');
    expect(verification.summary).toContain('only health was compared');
  });

  it('calls probes weak that the fat image itself refuses', async () => {
    const { verification } = await verify(healthy, healthy, { probes: [parseProbe('/nowhere')] });
    expect(checkOutcome(verification, 'requests')).toEqual({
      name: 'requests',
      outcome: 'weak',
      detail: 'no probe proves much: GET /nowhere: the fat image itself answers 404',
    });
    expect(verification.summary).toContain('answers 404');
  });

  it('cannot judge where the fat image does not start', async () => {
    const { verification, engine } = await verify({ ...healthy, refusal: 'no such file' }, healthy);
    expect(verification).toMatchObject({
      verdict: 'cannot-judge',
      summary: 'Cannot judge: the fat image does not start: no such file.',
    });
    expect(engine.events).toEqual([]);
  });

  it('cannot judge where the fat image ends some time after its start', async () => {
    const busy: RequestListener = (_, response) => void response.writeHead(503).end();
    const engine = fakeEngine({ fat: { ...healthy, service: () => busy }, lean: healthy });
    let looks = 0;
    const ending: FakeEngine = {
      ...engine,
      start: async (request) => {
        const container = await engine.start(request);
        const isRunning = async (): Promise<boolean> => {
          looks += 1;
          return looks < 3;
        };
        return { ...container, isRunning, exitCode: async () => 7 };
      },
    };
    const { verification } = await verify(healthy, healthy, { engine: ending });
    expect(verification.summary).toMatch(
      /^Cannot judge: the fat image does not start: it ended with exit code 7/,
    );
    expect(looks).toBe(3);
  });

  it('cannot judge probes without a port', async () => {
    const image = { ...healthy, exposedPorts: [] };
    const { verification } = await verify(image, image);
    expect(verification).toMatchObject({
      verdict: 'cannot-judge',
      summary: expect.stringContaining('no port'),
    });
  });

  it('takes the ports that it is given', async () => {
    const image = { ...healthy, exposedPorts: [] };
    const { verification } = await verify(image, image, { ports: [5000] });
    expect(verification.verdict).toBe('same');
  });
});

describe('an image that serves nothing', () => {
  const job = (...runs: FakeImage['runs'] & {}): FakeImage => ({
    environment: environment(),
    exposedPorts: [],
    runs,
  });
  const noProbes = { probes: [] };

  it('is run to its end', async () => {
    const { verification } = await verify(
      job({ stdout: 'done in 1.2s' }),
      job({ stdout: 'done in 0.8s' }),
      noProbes,
    );
    expect(verification.verdict).toBe('same');
    expect(checkOutcome(verification, 'run')).toMatchObject({ outcome: 'same' });
  });

  it('is run again where only the fat image can tell what varies', async () => {
    const fat = job({ stdout: 'seed 1\nrows 3' }, { stdout: 'seed 2\nrows 3' });
    const same = await verify(fat, job({ stdout: 'seed 3\nrows 3' }), noProbes);
    expect(same.verification.verdict).toBe('same');
    const different = await verify(fat, job({ stdout: 'seed 3\nrows 4' }), noProbes);
    expect(different.verification.differences).toMatchObject([{ what: 'standard output, line 2' }]);
  });

  it.each([
    ['hangs in the lean image', job({}), job('hang'), 'different'],
    ['hangs in the fat image', job('hang'), job({}), 'cannot-judge'],
    ['fails in the lean image', job({}), job({ exitCode: 1, stderr: 'KeyError' }), 'different'],
    ['fails alike in both', job({ exitCode: 2 }), job({ exitCode: 2 }), 'same'],
  ])('%s', async (_reason, fat, lean, verdict) => {
    const { verification } = await verify(fat, lean, { ...noProbes, timeouts: { runSeconds: 0.1 } });
    expect(verification.verdict).toBe(verdict);
    if (verdict === 'same') expect(checkOutcome(verification, 'run')?.outcome).toBe('weak');
  });
});

describe('what is no difference but a failure of the verification', () => {
  it('an image that is not there', async () => {
    const engine = fakeEngine({ fat: healthy });
    const request = { engine, fat: 'fat', lean: 'gone', imports: [], probes: [], progress: silentProgress };
    await expect(verifyImages(request)).rejects.toThrow('docker has no image gone');
  });

  it('an engine that no longer starts anything: the lean image is not blamed', async () => {
    const engine = fakeEngine({ fat: healthy, lean: healthy });
    let starts = 0;
    const dying: FakeEngine = {
      ...engine,
      start: async (request) => {
        starts += 1;
        if (starts > 1) throw new UserError('could not find bridge docker0');
        return await engine.start(request);
      },
    };
    const request = { engine: dying, fat: 'fat', lean: 'lean', imports: [], probes: [], roundGapSeconds: 0 };
    await expect(verifyImages({ ...request, progress: silentProgress })).rejects.toThrow(
      'could not find bridge',
    );
    expect(starts).toBe(3);
    expect(engine.events.at(-1)).toBe('remove fat');
  });

  it('nor by an engine that refuses to run Python, unless it still does so in the fat image', async () => {
    const engine = fakeEngine({ fat: healthy, lean: healthy });
    const refusing = (images: readonly string[], after: number): FakeEngine => {
      let runs = 0;
      return {
        ...engine,
        run: async (request) => {
          runs += 1;
          if (runs > after && images.includes(request.image)) throw new UserError('unable to find user app');
          return await engine.run(request);
        },
      };
    };
    const request = {
      fat: 'fat',
      lean: 'lean',
      imports: [],
      probes: [],
      roundGapSeconds: 0,
      progress: silentProgress,
    };
    await expect(verifyImages({ ...request, engine: refusing(['fat', 'lean'], 1) })).rejects.toThrow(
      'find user',
    );
    const blamed = await verifyImages({ ...request, engine: refusing(['lean'], 0) });
    expect(blamed.differences).toMatchObject([
      { kind: 'runtime', severity: 'break', lean: 'unable to find user app' },
    ]);
  });

  it('an abort: the container that runs is removed', async () => {
    const abort = new AbortController();
    const image: FakeImage = {
      ...healthy,
      service: () => (request, response) => {
        if (request.url === '/predict?x=1') abort.abort(new Error('Ctrl-C'));
        else response.end('ok');
      },
    };
    const engine = fakeEngine({ fat: image, lean: image });
    const request = { engine, fat: 'fat', lean: 'lean', imports: [], probes: [parseProbe('/predict?x=1')] };
    const verification = verifyImages({ ...request, progress: silentProgress, signal: abort.signal });
    await expect(verification).rejects.toThrow('Ctrl-C');
    expect(engine.events.at(-1)).toBe('remove fat');
  });

  it('an abort between two rounds gives its reason, too', async () => {
    const abort = new AbortController();
    const image: FakeImage = {
      ...healthy,
      service: () => (_, response) => {
        response.end('ok');
        setTimeout(() => abort.abort(new Error('Ctrl-C')), 100);
      },
    };
    const engine = fakeEngine({ fat: image, lean: image });
    const request = { engine, fat: 'fat', lean: 'lean', imports: [], probes: [], roundGapSeconds: 60 };
    const verification = verifyImages({ ...request, progress: silentProgress, signal: abort.signal });
    await expect(verification).rejects.toThrow('Ctrl-C');
    expect(engine.events.at(-1)).toBe('remove fat');
  });
});
