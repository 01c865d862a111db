import { randomBytes } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { type ProgressTask, runProcess, silentProgress } from '../base/index.ts';
import { BuildError, type BuildRequest, type Engine, findEngines } from './index.ts';

/** Real engines on a tiny real image: FROM scratch with a static busybox. */
const folder = await mkdtemp(join(tmpdir(), 'plimsoll-engines-'));
const busybox = await staticBusybox();
/** Bytes for the first layer, so that no other image has the same: it may go at any time. */
const own = randomBytes(6);
const environment = await testEnvironment();
const { engines, refusals } = await findEngines({ environment });

afterAll(async () => {
  for (const engine of engines) {
    for (const tag of ['', '-other', '-secrets'].map((end) => tagOf(engine) + end))
      await engine.removeImage(tag);
  }
  await runProcess('umount', ['-l', join(folder, 'storage', 'overlay')]).catch(() => {});
  await rm(folder, { recursive: true, force: true });
});

/** A busybox that needs no libraries: an installed one, or Debian's package unpacked into the test's folder. */
async function staticBusybox(): Promise<string | undefined> {
  const installed = (process.env['PATH'] ?? '').split(delimiter).map((place) => join(place, 'busybox'));
  const fetched = join(folder, 'package', 'bin', 'busybox');
  for (const path of [...installed, fetched]) {
    if (path === fetched) await unpackBusybox().catch(() => {});
    const head = await readFile(path).catch(() => undefined);
    // A dynamically linked program names its loader in its first page.
    if (head !== undefined && !head.subarray(0, 4096).includes('/ld-')) return path;
  }
  return undefined;
}

async function unpackBusybox(): Promise<void> {
  await runProcess('apt-get', ['download', 'busybox-static'], { cwd: folder });
  const packageFile = (await readdir(folder)).find((name) => name.endsWith('.deb')) ?? '';
  await runProcess('dpkg', ['-x', packageFile, 'package'], { cwd: folder });
}

/** Podman and Buildah get a storage of their own. */
async function testEnvironment(): Promise<Record<string, string>> {
  const storage = join(folder, 'storage.conf');
  const place = `graphroot = "${join(folder, 'storage')}"\nrunroot = "${join(folder, 'run')}"\n`;
  const variables = Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
  const result = { ...variables, CONTAINERS_STORAGE_CONF: storage };
  await writeFile(storage, `[storage]\ndriver = "overlay"\n${place}`);
  const { engines: found } = await findEngines({ environment: result, only: ['podman', 'buildah'] });
  if (found.length === 0) await writeFile(storage, `[storage]\ndriver = "vfs"\n${place}`);
  return result;
}

function tagOf(engine: Engine): string {
  return `plimsoll-engine-test:${engine.name}`;
}

interface Project {
  readonly contextDir: string;
  readonly dockerfile: string;
}

async function project(name: string, dockerfile: string): Promise<Project> {
  const contextDir = join(folder, name);
  await mkdir(contextDir, { recursive: true });
  if (busybox !== undefined) await copyFile(busybox, join(contextDir, 'busybox'));
  await writeFile(join(contextDir, 'own'), own);
  await writeFile(join(contextDir, 'page.txt'), 'hello from the image\n');
  await writeFile(join(contextDir, 'secret.txt'), 'not for the image\n');
  await writeFile(join(contextDir, 'Dockerfile'), dockerfile);
  return { contextDir, dockerfile: join(contextDir, 'Dockerfile') };
}

const base = `FROM scratch AS builder
COPY busybox own /bin/
RUN ["/bin/busybox", "--install", "-s", "/bin"]
`;
const service = `${base}ARG GREETING=hi
RUN --mount=type=cache,target=/cache echo once >>/cache/runs && wc -l </cache/runs >/runs
FROM scratch
COPY --from=builder /bin /bin
COPY --from=builder /runs /runs
COPY *.txt /srv/
ENV A=b
HEALTHCHECK CMD true
ENTRYPOINT ["/bin/sh", "-c"]
CMD ["trap 'exit 0' TERM; httpd -p 8000 -h /srv; while :; do sleep 0.1; done"]
`;

const reason =
  busybox === undefined
    ? 'no static busybox is installed or to be had from apt'
    : engines.length === 0
      ? `no engine: ${refusals.map((refusal) => `${refusal.title}: ${refusal.reason}`).join('; ')}`
      : undefined;

if (reason !== undefined) test.skip(`real engines: ${reason}`, () => {});

function request(engine: Engine, from: Project, more: Partial<BuildRequest> = {}): BuildRequest {
  return { ...from, tag: tagOf(engine), title: 'test image', progress: silentProgress, ...more };
}

/** True while a process of the host runs `sleep SECONDS`. */
async function isSleeping(seconds: string): Promise<boolean> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(
    pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'latin1').catch(() => '')),
  );
  return lines.some((line) => line.endsWith(`sleep\0${seconds}\0`));
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 50));
}

/** What ends before it was aborted tells why, instead of being waited for in vain. */
async function endsEarly(outcome: Promise<unknown>): Promise<never> {
  throw new Error('it ended before it was aborted', { cause: await outcome });
}

async function workingContainers(engine: Engine): Promise<string> {
  if (engine.name === 'docker') return '';
  const { stdout } = await runProcess('buildah', ['containers', '--quiet', '--all'], { env: environment });
  return stdout;
}

describe.skipIf(reason !== undefined).each(engines)('$name $version', { timeout: 180_000 }, (engine) => {
  test('builds, from the cache the second time, cache mounts kept', async () => {
    const from = await project(`${engine.name}-service`, service);
    const doing: string[] = [];
    const task: ProgressTask = { advance: () => {}, step: (text) => void doing.push(text), done: () => {} };
    const progress = { start: () => task, note: () => {} };
    const first = await engine.build(request(engine, from, { progress, isCacheOff: true }));
    expect(first).toMatchObject({ id: expect.stringMatching(/^sha256:[0-9a-f]{64}$/), tag: tagOf(engine) });
    expect(first.sizeBytes).toBeGreaterThan((await stat(join(from.contextDir, 'busybox'))).size);
    expect(first.config).toMatchObject({
      entrypoint: ['/bin/sh', '-c'],
      env: expect.arrayContaining(['A=b']),
      healthcheck: { test: ['CMD-SHELL', 'true'] },
    });
    expect(doing.some((step) => /RUN --mount=type=cache/.test(step))).toBe(true);
    expect(first.steps?.some(({ isCached, name }) => isCached && / RUN /.test(name))).toBe(false);

    const second = await engine.build(request(engine, from));
    expect(
      second.steps?.filter(({ name }) => / (?:RUN|COPY) /.test(name)).every(({ isCached }) => isCached),
    ).toBe(true);

    const third = await engine.build(request(engine, from, { buildArgs: { GREETING: 'ho' } }));
    const runs = await engine.run({ image: tagOf(engine), command: ['cat /runs'] });
    expect(third.id).not.toBe(first.id);
    expect(Number(runs.stdout)).toBeGreaterThan(1);
    expect(await engine.inspect(tagOf(engine))).toMatchObject({ id: third.id, sizeBytes: third.sizeBytes });
  });

  test('hands secrets to RUN, and keeps them out of the image', async () => {
    const from = await project(
      `${engine.name}-secrets`,
      `${base}RUN --mount=type=secret,id=token,required=true \\
    export TOKEN="$(cat /run/secrets/token)" && echo "$TOKEN" >/token
RUN --mount=type=secret,id=conf,target=/etc/tool.conf,required=true cat /etc/tool.conf >/conf
RUN --mount=type=secret,id=other export OTHER="$(cat /run/secrets/other 2>/dev/null)" && echo "[$OTHER]" >/other
`,
    );
    const file = join(folder, `${engine.name}.conf`);
    await writeFile(file, 'from a file\n');
    vi.stubEnv('PLIMSOLL_TEST_TOKEN', 'from a variable');
    onTestFinished(() => void vi.unstubAllEnvs());
    const secrets = [
      { id: 'token', variable: 'PLIMSOLL_TEST_TOKEN' },
      { id: 'conf', file },
    ];
    // A tag of its own: what the others build stays.
    const tag = `${tagOf(engine)}-secrets`;
    await engine.build(request(engine, from, { secrets, tag }));
    const { stdout } = await engine.run({
      image: tag,
      entrypoint: ['/bin/sh', '-c'],
      command: ['cat /token /conf /other; cat /run/secrets/* /etc/tool.conf 2>/dev/null; echo end'],
    });
    expect(stdout).toBe('from a variable\nfrom a file\n[]\nend\n');
    await expect(engine.build(request(engine, from, { isCacheOff: true, tag }))).rejects.toThrow(/token/);
  });

  test('follows the ignore file that stands beside a Dockerfile outside of the context', async () => {
    const from = await project(`${engine.name}-outside`, service);
    const dockerfile = join(folder, `${engine.name}-lean.Dockerfile`);
    await writeFile(dockerfile, service);
    await writeFile(`${dockerfile}.dockerignore`, 'secret.txt\n');
    const tag = `${tagOf(engine)}-other`;
    await engine.build(request(engine, { ...from, dockerfile }, { tag }));
    const { stdout } = await engine.run({ image: tag, command: ['ls /srv'] });
    expect(stdout).toBe('page.txt\n');
  });

  test('a failed build names the instruction and quotes its output', async () => {
    const from = await project(
      `${engine.name}-failing`,
      `${base}\nRUN echo compiling && \\\n    ls /missing\n`,
    );
    const error = await engine
      .build(request(engine, from, { tag: 'never:1' }))
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(BuildError);
    expect(error).toMatchObject({ kind: 'instruction', line: 5, exitCode: 1 });
    expect(error).toMatchObject({
      message: expect.stringContaining('ls: /missing: No such file or directory'),
    });
    expect(await engine.inspect('never:1')).toBeUndefined();
    expect(await workingContainers(engine)).toBe('');
  });

  test('an aborted build ends its running step and leaves nothing', async () => {
    const seconds = String(3000 + Math.floor(Math.random() * 6000));
    const from = await project(`${engine.name}-slow`, `${base}RUN ["/bin/sleep", "${seconds}"]\n`);
    const abort = new AbortController();
    const work = engine.build(request(engine, from, { tag: 'never:1', signal: abort.signal }));
    const outcome = work.catch((thrown: unknown) => thrown);
    await Promise.race([until(() => isSleeping(seconds)), endsEarly(outcome)]);
    abort.abort(new Error('Ctrl-C'));
    expect(await outcome).toMatchObject({ message: 'Ctrl-C' });
    await until(async () => !(await isSleeping(seconds)));
    expect(await engine.inspect('never:1')).toBeUndefined();
    expect(await workingContainers(engine)).toBe('');
  });

  test('runs to the end: input, output, errors, exit code, environment', async () => {
    const image = tagOf(engine);
    const run = await engine.run({
      image,
      entrypoint: ['/bin/sh', '-c', 'cat; echo "$A $C" >&2; exit "$1"', 'sh'],
      command: ['3'],
      env: { C: 'd e' },
      input: 'one\ntwo\n',
    });
    expect(run).toMatchObject({ exitCode: 3, stdout: 'one\ntwo\n', stderr: 'b d e\n' });
    const cutOff = await engine.run({ image, command: ['ip link | grep -c "^[0-9]"'], network: 'none' });
    expect(cutOff).toMatchObject({ exitCode: 0, stdout: '1\n' });
    expect(await engine.run({ image, command: ['cat'] })).toMatchObject({ exitCode: 0, stdout: '' });
  });

  test.each([
    ['/no/such/program', 127],
    ['/srv/page.txt', 126],
  ])('a program that cannot be run is the image’s trouble: %s → %i', async (program, exitCode) => {
    const run = await engine.run({ image: tagOf(engine), entrypoint: [program] });
    expect(run).toMatchObject({ exitCode, stdout: '', stderr: expect.stringContaining(program) });
    const container = await engine.start({ image: tagOf(engine), entrypoint: [program] });
    expect(await container.isRunning()).toBe(false);
    expect(await container.exitCode()).toBe(exitCode);
    expect((await container.logs()).stderr).toContain(program);
    await container.remove();
  });

  test('an image that is not there is told, never pulled', async () => {
    await expect(engine.run({ image: 'never:1' })).rejects.toThrow(/never:1/);
    expect(await engine.inspect('never:1')).toBeUndefined();
    await engine.removeImage('never:1');
  });

  test('an aborted run ends its program and removes the container', async () => {
    const seconds = { docker: '3011', podman: '3012', buildah: '3013' }[engine.name];
    const abort = new AbortController();
    const command = [`trap "" TERM; sleep ${seconds}`];
    const work = engine.run({ image: tagOf(engine), command, signal: abort.signal });
    const outcome = work.catch((thrown: unknown) => thrown);
    await Promise.race([until(() => isSleeping(seconds)), endsEarly(outcome)]);
    abort.abort(new Error('Ctrl-C'));
    expect(await outcome).toMatchObject({ message: 'Ctrl-C' });
    await until(async () => !(await isSleeping(seconds)));
    expect(await workingContainers(engine)).toBe('');
  });

  const canServe = engine.name !== 'buildah' || engines.some(({ name }) => name === 'podman');
  test.skipIf(!canServe)('serves on a loopback port in the background, twice at once', async () => {
    const containers = [
      await engine.start({ image: tagOf(engine), publish: [8000] }),
      await engine.start({ image: tagOf(engine), publish: [8000] }),
    ];
    for (const container of containers) {
      const url = container.urls.get(8000) ?? '';
      expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
      await until(() =>
        fetch(url).then(
          () => true,
          () => false,
        ),
      );
      expect(await (await fetch(`${url}/page.txt`)).text()).toBe('hello from the image\n');
      expect(await container.isRunning()).toBe(true);
      expect(await container.exitCode()).toBeUndefined();
    }
    expect(new Set(containers.map(({ urls }) => urls.get(8000))).size).toBe(2);
    for (const container of containers) {
      await container.remove();
      await container.remove();
      expect(await container.isRunning()).toBe(false);
      expect(await container.exitCode()).toBe(0);
    }
  });

  test.skipIf(!canServe)('a service that ends by itself: its exit code and log', async () => {
    const container = await engine.start({
      image: tagOf(engine),
      command: ['echo out; echo err >&2; exit 5'],
    });
    await until(async () => !(await container.isRunning()));
    expect(await container.exitCode()).toBe(5);
    expect(await container.logs()).toEqual({ stdout: 'out\n', stderr: 'err\n' });
    await container.remove();
  });

  test('saves a docker-archive, whole, beside nothing else', async () => {
    const place = join(folder, `${engine.name}-saved`);
    await engine.save(tagOf(engine), join(place, 'image.tar'), silentProgress);
    expect(await readdir(place)).toEqual(['image.tar']);
    const { stdout } = await runProcess('tar', ['-xOf', 'image.tar', 'manifest.json'], { cwd: place });
    expect(JSON.parse(stdout)).toMatchObject([{ Layers: expect.any(Array), RepoTags: expect.any(Array) }]);
  });

  test('loads a docker-archive under its name', async () => {
    const place = join(folder, `${engine.name}-loaded`);
    const path = join(place, 'image.tar');
    const before = await engine.inspect(tagOf(engine));
    await engine.save(tagOf(engine), path, silentProgress);
    await engine.removeImage(tagOf(engine));
    expect(await engine.inspect(tagOf(engine))).toBeUndefined();
    await engine.load(path, silentProgress);
    expect((await engine.inspect(tagOf(engine)))?.config.diffIds).toEqual(before?.config.diffIds);
    await expect(engine.load(join(place, 'none.tar'), silentProgress)).rejects.toThrow('cannot be loaded');
    await writeFile(join(place, 'broken.tar'), 'no archive');
    await expect(engine.load(join(place, 'broken.tar'), silentProgress)).rejects.toThrow(
      /load .*broken\.tar/,
    );
  });

  test('removes an image name, and again', async () => {
    await engine.removeImage(tagOf(engine));
    await engine.removeImage(tagOf(engine));
    expect(await engine.inspect(tagOf(engine))).toBeUndefined();
  });
});
