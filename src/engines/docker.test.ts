import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { silentProgress, UserError } from '../base/index.ts';
import { BuildError, type BuildRequest, dockerEngine, type Engine } from './index.ts';

let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plimsoll-docker-'));
  await mkdir(join(folder, 'state'));
  await writeFile(join(folder, 'Dockerfile'), 'FROM scratch\nRUN sleep 60\n');
});

afterEach(() => rm(folder, { recursive: true, force: true }));

const image = '[{"Id":"sha256:%s","Architecture":"amd64","Os":"linux","Size":9,"RootFS":{"Layers":[]}}]';

/** A stand-in for the docker client: `build` and `save` as given; a file `state/tag` is the image that it holds. */
async function fakeDocker(
  cases: string,
  options: { readonly builder?: 'buildx'; readonly endpoint?: string } = {},
): Promise<Engine> {
  const program = join(folder, 'docker');
  await writeFile(
    program,
    `#!/bin/sh
state='${folder}/state'
echo "$*" >>"$state/calls"
case "$1 $2" in
${cases}
'image inspect')
  [ -f "$state/tag" ] || { echo "Error: No such image: $3" >&2; exit 1; }
  printf '${image}' "$(cat "$state/tag")";;
rmi*) rm "$state/tag";;
tag*) echo "\${2#sha256:}" >"$state/tag";;
*) echo "unexpected: $*" >&2; exit 9;;
esac
`,
  );
  await chmod(program, 0o755);
  const platform = { os: 'linux', architecture: 'amd64' };
  return dockerEngine({
    program,
    env: {},
    builder: options.builder ?? 'built-in',
    version: '20.10.24',
    platform,
    ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint }),
  });
}

function request(more: Partial<BuildRequest> = {}): BuildRequest {
  const dockerfile = join(folder, 'Dockerfile');
  return {
    contextDir: folder,
    dockerfile,
    tag: 'app:1',
    title: 'lean image',
    progress: silentProgress,
    ...more,
  };
}

const calls = (): Promise<string> => readFile(join(folder, 'state', 'calls'), 'utf8');

/** Aborts as soon as the stand-in reports that it works. */
async function abortWhenWorking(work: (signal: AbortSignal) => Promise<unknown>): Promise<unknown> {
  const abort = new AbortController();
  const outcome = work(abort.signal).then(
    () => 'resolved',
    (error: unknown) => error,
  );
  while (!(await readdir(join(folder, 'state'))).includes('working'))
    await new Promise((r) => setTimeout(r, 10));
  abort.abort(new Error('Ctrl-C'));
  return outcome;
}

describe('build', () => {
  test('passes on what is asked for, with the built-in BuildKit or buildx', async () => {
    const done = `'build --progress=plain'|'buildx build') echo abc >"$state/tag";;`;
    const more: Partial<BuildRequest> = {
      target: 'runtime',
      platform: { os: 'linux', architecture: 'arm64', variant: 'v8' },
      buildArgs: { A: 'b c' },
      secrets: [
        { id: 'pip', file: '/x,y/pip.conf' },
        { id: 'token', variable: 'TOKEN' },
      ],
      isCacheOff: true,
    };
    const options = `--tag app:1 --file ${folder}/Dockerfile --target runtime --platform linux/arm64/v8 --build-arg A=b c --secret id=pip,type=file,"src=/x,y/pip.conf" --secret id=token,type=env,env=TOKEN --no-cache ${folder}`;
    expect(await (await fakeDocker(done)).build(request(more))).toMatchObject({
      id: 'sha256:abc',
      steps: [],
    });
    expect(await calls()).toContain(`\nbuild --progress=plain ${options}\n`);
    await (await fakeDocker(done, { builder: 'buildx' })).build(request(more));
    expect(await calls()).toContain(`\nbuildx build --load --progress=plain ${options}\n`);
  });

  const slow = `'build --progress=plain')
  trap 'echo new >"$state/tag"; echo "context canceled" >&2; touch "$state/terminated"; exit 1' TERM
  echo '#5 [2/2] RUN sleep 60' >&2; touch "$state/working"
  while :; do sleep 0.05; done;;`;

  test('aborted: the client is ended and waited for, a tag that it still set is taken back', async () => {
    const engine = await fakeDocker(slow);
    const error = await abortWhenWorking((signal) => engine.build(request({ signal })));
    expect(error).toMatchObject({ message: 'Ctrl-C' });
    expect((await readdir(join(folder, 'state'))).sort()).toEqual(['calls', 'terminated', 'working']);
  });

  test('aborted: a tag that was there names its old image again', async () => {
    const engine = await fakeDocker(slow);
    await writeFile(join(folder, 'state', 'tag'), 'old\n');
    await abortWhenWorking((signal) => engine.build(request({ signal })));
    expect(await readFile(join(folder, 'state', 'tag'), 'utf8')).toBe('old\n');
  });

  test('a daemon that dies mid-build', async () => {
    const engine = await fakeDocker(
      `'build --progress=plain') echo '#5 [2/2] RUN sleep 60' >&2; echo 'unexpected EOF' >&2; exit 1;;`,
    );
    const error = await engine.build(request()).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(BuildError);
    expect(error).toMatchObject({ kind: 'engine-died', hint: expect.stringContaining('docker info') });
  });

  test('a client that is killed from outside', async () => {
    const engine = await fakeDocker(`'build --progress=plain') kill -KILL $$;;`);
    await expect(engine.build(request())).rejects.toMatchObject({ kind: 'engine-died' });
  });

  const gone = `echo '#6 exporting to image' >&2; echo '#6 ERROR: layer does not exist' >&2
  echo '------' >&2; echo 'layer does not exist' >&2; exit 1`;

  test('a build cache that names a layer that is gone is left out, and that is said', async () => {
    const engine = await fakeDocker(
      `'build --progress=plain') case "$*" in *--no-cache*) echo abc >"$state/tag";; *) ${gone};; esac;;`,
    );
    const notes: string[] = [];
    const progress = { ...silentProgress, note: (line: string) => void notes.push(line) };
    expect(await engine.build(request({ progress }))).toMatchObject({ id: 'sha256:abc' });
    expect(notes).toEqual([
      'Docker’s build cache names a layer that is gone: the lean image is built again without the cache.',
    ]);
  });

  test('a layer that is gone without the cache too is told once', async () => {
    const engine = await fakeDocker(`'build --progress=plain') ${gone};;`);
    const error = await engine.build(request()).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      kind: 'broken-cache',
      hint: expect.stringContaining('docker builder prune'),
    });
    expect((await calls()).match(/^build /gm)).toHaveLength(2);
  });

  test('success without an image is no success', async () => {
    const engine = await fakeDocker(`'build --progress=plain') exit 0;;`);
    await expect(engine.build(request())).rejects.toThrow('holds no image app:1');
  });

  test.each([
    ['contextDir', '/no/such/context'],
    ['dockerfile', '/no/such/Dockerfile'],
  ])('a missing %s is told before the engine is asked', async (key, path) => {
    const engine = await fakeDocker('');
    await expect(engine.build(request({ [key]: path }))).rejects.toThrow(path);
    await expect(calls()).rejects.toThrow('ENOENT');
  });
});

describe('storage', () => {
  const info = (text: string): string => `'info --format') cat <<'END'\n${text}\nEND\n;;`;
  const overlay2 = info('{"Driver":"overlay2","DockerRootDir":"/var/lib/docker"}');
  const here = 'unix:///var/run/docker.sock';

  test('the folder of a daemon on this machine with a graph driver', async () => {
    const engine = await fakeDocker(overlay2, { endpoint: here });
    expect(await engine.storage?.()).toEqual({ kind: 'docker-overlay2', root: '/var/lib/docker' });
  });

  test.each([
    ['the containerd image store', info('{"Driver":"overlayfs","DockerRootDir":"/var/lib/docker"}'), here],
    ['another driver', info('{"Driver":"btrfs","DockerRootDir":"/var/lib/docker"}'), here],
    ['no folder', info('{"Driver":"overlay2"}'), here],
    ['a folder that is a relative path', info('{"Driver":"overlay2","DockerRootDir":"docker"}'), here],
    ['an answer that is no JSON', info('overlay2'), here],
    ['no answer', "'info --format') exit 1;;", here],
    ['a daemon behind SSH', overlay2, 'ssh://build.example.org'],
    ['a daemon behind TCP, were it on this machine', overlay2, 'tcp://127.0.0.1:2375'],
    ['a daemon nobody knows where', overlay2, undefined],
  ])('none: %s', async (_reason, cases, endpoint) => {
    const engine = await fakeDocker(cases, endpoint === undefined ? {} : { endpoint });
    expect(await engine.storage?.()).toBeUndefined();
  });
});

describe('save', () => {
  const partial = `'save --output') echo half >image.tar; touch "$state/working"`;

  test('no space left: a clear error, no partial file', async () => {
    const engine = await fakeDocker(
      `${partial}; echo 'write image.tar: no space left on device' >&2; exit 1;;`,
    );
    await writeFile(join(folder, 'state', 'tag'), 'abc');
    const target = join(folder, 'out', 'app.tar');
    const error = await engine.save('app:1', target, silentProgress).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UserError);
    expect(error).toMatchObject({ hint: expect.stringContaining(join(folder, 'out')) });
    expect(await readdir(join(folder, 'out'))).toEqual([]);
  });

  test('aborted: no partial file, and a file that was there stays', async () => {
    const engine = await fakeDocker(`${partial}; while :; do sleep 0.05; done;;`);
    await writeFile(join(folder, 'state', 'tag'), 'abc');
    await mkdir(join(folder, 'out'));
    await writeFile(join(folder, 'out', 'app.tar'), 'old');
    const target = join(folder, 'out', 'app.tar');
    const error = await abortWhenWorking((signal) => engine.save('app:1', target, silentProgress, signal));
    expect(error).toMatchObject({ message: 'Ctrl-C' });
    expect(await readdir(join(folder, 'out'))).toEqual(['app.tar']);
    expect(await readFile(target, 'utf8')).toBe('old');
  });

  test('an image that the engine does not hold', async () => {
    const engine = await fakeDocker('');
    await expect(engine.save('app:1', join(folder, 'x.tar'), silentProgress)).rejects.toThrow(
      'holds no image app:1',
    );
  });
});

describe('start', () => {
  test('ports of a remote daemon cannot be reached, so it is refused', async () => {
    const platform = { os: 'linux', architecture: 'amd64' };
    const options = { program: 'docker', env: {}, builder: 'buildx', version: '28.0.0', platform } as const;
    const engine = dockerEngine({ ...options, endpoint: 'ssh://build.example.org' });
    await expect(engine.start({ image: 'app:1', publish: [8000] })).rejects.toThrow(
      'ssh://build.example.org',
    );
  });

  test('a container that cannot be started is removed', async () => {
    const engine = await fakeDocker(`'create --pull=never') ;;
start*) echo 'Error response from daemon: driver failed: port is already allocated' >&2; exit 1;;
'container inspect') echo 'Error: No such container' >&2; exit 1;;
'rm --force') ;;`);
    await expect(engine.start({ image: 'app:1' })).rejects.toThrow('port is already allocated');
    expect((await calls()).trim().split('\n').at(-1)).toMatch(/^rm --force --volumes plimsoll-[0-9a-f]{12}$/);
  });

  test('a container that somebody else is removing is waited for', async () => {
    const engine = await fakeDocker(`'create --pull=never') ;;
start*) echo 'Error response from daemon: no' >&2; exit 1;;
'container inspect') echo 'Error: No such container' >&2; exit 1;;
'rm --force')
  if [ -f "$state/gone" ]; then echo 'Error: No such container: x' >&2; exit 1; fi
  touch "$state/gone"
  echo 'Error response from daemon: removal of container x is already in progress' >&2
  exit 1;;`);
    await expect(engine.start({ image: 'app:1' })).rejects.toThrow('no');
    expect((await calls()).match(/^rm --force/gm)).toHaveLength(2);
  });
});
