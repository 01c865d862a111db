import { expect, test } from 'vitest';
import { silentProgress } from '../base/index.ts';
import { type FakeImage, fakeEngine } from './fixtures/fake-engine.ts';
import { traceStart } from './index.ts';

const told = "# code object from '/app/__pycache__/main.cpython-311.pyc'\n";

async function trace(
  image: FakeImage,
  ports: readonly number[],
): Promise<{ readonly text: string; readonly events: readonly string[] }> {
  const engine = fakeEngine({ app: image });
  const probes = [{ method: 'POST', path: '/predict', body: '{}' }];
  const text = await traceStart({
    engine,
    image: 'app',
    ports,
    probes,
    timeoutSeconds: 2,
    progress: silentProgress,
  });
  return { text, events: engine.events };
}

test('a service is started, asked and removed', async () => {
  const service: FakeImage = { service: () => (_, response) => void response.end('ok'), stderr: told };
  const { text, events } = await trace(service, [8000]);
  expect(text).toContain(told);
  expect(events).toEqual(['start app', 'app: GET /health', 'app: POST /predict', 'remove app']);
});

test('what has no port runs to its end', async () => {
  expect((await trace({ runs: [{ stderr: told }] }, [])).text).toContain(told);
});

test.each<[reason: string, image: FakeImage, ports: readonly number[], message: RegExp]>([
  ['a service that ends', { exitCode: 3 }, [8000], /exit code 3/],
  ['a service that stays silent', {}, [8000], /does not answer within 2 s/],
  ['a run that fails', { runs: [{ exitCode: 1 }] }, [], /exit code 1/],
  ['a run that never ends', { runs: ['hang'] }, [], /does not end within 2 s/],
  ['an image that the engine refuses', { refusal: 'no such image' }, [8000], /no such image/],
])('%s leaves no trace', async (_, image, ports, message) => {
  await expect(trace(image, ports)).rejects.toThrow(message);
});

test('Python is asked to tell', async () => {
  const engine = fakeEngine({});
  const seen: unknown[] = [];
  const spying = {
    ...engine,
    run: async (request: Parameters<typeof engine.run>[0]) => {
      seen.push(request.env);
      return await engine.run(request);
    },
  };
  await traceStart({
    engine: spying,
    image: 'app',
    ports: [],
    env: { MODEL: 'small' },
    probes: [],
    timeoutSeconds: 2,
    progress: silentProgress,
  });
  expect(seen).toEqual([{ MODEL: 'small', PYTHONVERBOSE: '1' }]);
});
