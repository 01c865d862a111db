import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type BuildLog, createBuildahLog, createBuildkitLog } from './index.ts';

function fixture(name: string): string[] {
  return readFileSync(join(import.meta.dirname, 'fixtures', name), 'utf8').split('\n');
}

/** Feeds a recording, a line each tenth of a second. */
function read(log: BuildLog, name: string) {
  const shown = fixture(name).flatMap((line, index) => log.push(line, index / 10) ?? []);
  return { shown, ...log.outcome() };
}

describe('BuildKit’s plain progress', () => {
  test('of Docker 20.10: every step with its time, in the engine’s order', () => {
    const { steps, failed, message } = read(createBuildkitLog(), 'docker-20.10/success.txt');
    expect(steps.map(({ name, seconds }) => [name, seconds])).toEqual([
      ['[internal] load build definition from Dockerfile', 0],
      ['[internal] load .dockerignore', 0],
      ['[internal] load build context', 0],
      ['[builder 1/4] COPY busybox /bin/busybox', 0],
      ['[builder 2/4] RUN ["/bin/busybox", "--install", "-s", "/bin"]', 0.2],
      ['[builder 3/4] RUN echo one; sleep 1; echo two >&2', 1.3],
      ['[builder 4/4] RUN --mount=type=cache,target=/cache date >> /cache/x; cat /cache/x', 0.4],
      ['[stage-1 1/2] COPY --from=builder /bin /bin', 0],
      ['[stage-1 2/2] COPY app.txt /srv/app.txt', 0],
      ['exporting to image', 0],
    ]);
    expect(steps.some(({ isCached }) => isCached)).toBe(false);
    expect(failed).toBeUndefined();
    expect(message).toBe('');
  });

  test('tells what is being done: steps, the context’s bytes', () => {
    const { shown } = read(createBuildkitLog(), 'buildx/run.txt');
    expect(shown).toContain('sending the build context, 12.61MB');
    expect(shown).not.toContain('sending the build context, 2B');
    expect(shown.at(-1)).toBe('[builder 3/12] RUN pip install -r requirements.txt');
  });

  test('cached steps, which BuildKit prints out of order', () => {
    const { steps } = read(createBuildkitLog(), 'docker-20.10/cached.txt');
    expect(steps.filter(({ isCached }) => isCached).map(({ name }) => name.slice(0, 13))).toEqual([
      '[builder 1/4]',
      '[builder 2/4]',
      '[builder 3/4]',
      '[builder 4/4]',
      '[stage-1 1/2]',
      '[stage-1 2/2]',
    ]);
  });

  test('of buildx: interleaved steps, padded numbers, the source line', () => {
    const { steps, failed, line, message } = read(createBuildkitLog(), 'buildx/run.txt');
    expect(steps.find(({ name }) => name === '[builder 2/12] RUN apt-get update')?.seconds).toBe(3.2);
    expect(failed?.name).toBe('[builder 3/12] RUN pip install -r requirements.txt');
    expect(failed?.output).toHaveLength(3);
    expect(line).toBe(7);
    expect(message).toMatch(/^failed to build: .* exit code: 1$/);
  });

  test('a cancelled step is neither finished nor to blame', () => {
    const { steps, failed } = read(createBuildkitLog(), 'buildx/copy.txt');
    expect(steps.map(({ name }) => name)).toEqual(['[7/12] ADD map /opt/map']);
    expect(failed?.name).toBe('[8/12] ADD deployment /deployment');
  });

  test('what a RUN prints is never taken for the engine’s words', () => {
    const log = createBuildkitLog();
    for (const line of [
      '#4 [2/2] RUN x',
      '#4 0.1 #9 DONE 7.0s',
      '#4 0.2 ERROR: no',
      '#4 0.2 ',
      '#4 DONE 0.3s',
    ]) {
      log.push(line, 0);
    }
    expect(log.outcome()).toMatchObject({
      steps: [{ name: '[2/2] RUN x', seconds: 0.3 }],
      failed: undefined,
      message: '',
    });
  });
});

describe('Podman’s and Buildah’s output', () => {
  test('steps take the time between their lines', () => {
    const { steps, failed } = read(createBuildahLog(), 'podman-4.3/success.txt');
    expect(steps).toHaveLength(14);
    expect(steps[3]).toEqual({
      name: '[1/2 4/5] RUN echo one; sleep 1; echo two >&2',
      seconds: 0.4,
      isCached: false,
    });
    expect(steps.at(-1)?.name).toBe('COMMIT eng-ok:1');
    expect(failed).toBeUndefined();
  });

  test('cached steps take no time', () => {
    const { steps } = read(createBuildahLog(), 'podman-4.3/cached.txt');
    expect(steps.filter(({ isCached }) => isCached)).toHaveLength(11);
    expect(steps.filter(({ isCached, seconds }) => isCached && seconds > 0)).toEqual([]);
  });

  test('a failed RUN keeps its output apart from the engine’s error', () => {
    const { failed } = read(createBuildahLog(), 'podman-4.3/run.txt');
    expect(failed?.name).toMatch(/^\[1\/2 4\/4\] RUN echo "building wheel"/);
    expect(failed?.output.at(-1)).toBe('ls: /missing: No such file or directory');
    expect(failed?.error).toMatch(/^building at STEP .* exit status 1$/);
  });

  test('a RUN that prints “Error:” and goes on has not failed', () => {
    const log = createBuildahLog();
    for (const line of [
      'STEP 1/2: RUN x',
      'Error: harmless',
      'more',
      'STEP 2/2: RUN y',
      'fine',
      'Error: building',
    ]) {
      log.push(line, 0);
    }
    expect(log.outcome().failed).toEqual({ name: '[2/2] RUN y', output: ['fine'], error: 'building' });
  });
});
