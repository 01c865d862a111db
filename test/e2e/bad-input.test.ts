import { spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  globSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, inject, onTestFinished, test } from 'vitest';
import { type RunResult, runProcess } from '../../src/base/index.ts';
import { cliEnvironment, cliFile, imagesOf, leftContexts, plimsoll, projectOf, scratch } from './run-cli.ts';

const app = { 'app.py': 'print("hello")\n' };
const plain = { ...app, Dockerfile: 'FROM python:3.11\nCOPY . .\nCMD ["python", "app.py"]\n' };

/** Exit code 2, what and where, a hint, no stack, nothing on standard output, nothing left behind. */
function expectRefusal({ code, stdout, stderr }: RunResult, what: RegExp, project?: string): void {
  expect(code, stderr).toBe(2);
  expect(stderr).toMatch(what);
  expect(stderr).toMatch(/^error: /m);
  expect(stderr).toMatch(/^hint: .{15}/m);
  expect(stderr).not.toMatch(/^\s+at .*:\d+|internal error/m);
  expect(stdout).toBe('');
  if (project === undefined) return;
  expect(leftContexts(project)).toEqual([]);
  expect(globSync('.plimsoll/report.*', { cwd: project })).toEqual([]);
}

interface Refused {
  readonly why: string;
  readonly files: Readonly<Record<string, string>>;
  /** Below the project. */
  readonly path?: string;
  readonly args?: readonly string[];
  readonly what: RegExp;
}

test.each<Refused>([
  { why: 'an empty directory', files: {}, what: /^error: \S+ is empty/ },
  {
    why: 'a directory that is not there',
    files: {},
    path: 'nowhere',
    what: /there is no directory \S+nowhere/,
  },
  {
    why: 'a file in place of a directory',
    files: plain,
    path: 'app.py',
    what: /app\.py is a file, not a dir/,
  },
  {
    why: 'no Dockerfile, but one below',
    files: { ...app, 'docker/Dockerfile': 'FROM python:3.11\n' },
    what: /has no Dockerfile\nhint: .*docker\/Dockerfile/,
  },
  {
    why: 'a Dockerfile with an unknown instruction',
    files: { ...app, Dockerfile: 'FROM python:3.11\n\nRUNN pip install six\n' },
    what: /Dockerfile:3: .*RUNN/,
  },
  {
    why: 'a Dockerfile with a heredoc that does not end',
    files: { ...app, Dockerfile: 'FROM python:3.11\nRUN <<EOT\necho\n' },
    what: /Dockerfile:2: .*EOT/,
  },
  { why: 'an edit that is none', files: plain, args: ['--only', 'nonsense'], what: /--only: .*nonsense/ },
  {
    why: 'a malformed probe',
    files: plain,
    args: ['--probe', 'FETCH /predict'],
    what: /FETCH \/predict.*malformed/,
  },
  { why: 'a port that is none', files: plain, args: ['--port', 'http'], what: /--port must be a number/ },
  { why: 'a device that is none', files: plain, args: ['--target', 'tpu'], what: /tpu.*cpu, gpu, auto/ },
  { why: 'an option that is none', files: plain, args: ['--tiny'], what: /unknown option '--tiny'/ },
  { why: 'two outputs at once', files: plain, args: ['--json', '--markdown'], what: /--json and --markdown/ },
  { why: 'a build argument without value', files: plain, args: ['--build-arg', 'A'], what: /--build-arg A / },
])('refuses $why, with a hint, and writes nothing', async ({ files, path = '', args = [], what }) => {
  const project = projectOf(files);
  const before = globSync('**', { cwd: project });
  expectRefusal(await plimsoll(['slim', join(project, path), ...args]), what, project);
  expect(globSync('**', { cwd: project })).toEqual(before);
});

describe.skipIf(inject('lab') === undefined)(`builds that fail ${inject('noLabBecause')}`, () => {
  test('an instruction that fails is named with its line, its exit code and its words', async () => {
    const dockerfile = 'FROM python:3.11\nCOPY . .\n\nRUN echo "the disk of dreams" && exit 3\n';
    const project = projectOf({ ...app, Dockerfile: dockerfile });
    const ran = await plimsoll(['slim', project]);
    expect(ran.stderr).toMatch(/\| the disk of dreams/);
    expectBuildFailure(
      ran,
      /fat image could not be built: .*RUN echo .* exit code 3 \(.*Dockerfile line 4\)/,
      project,
    );
  });

  test('requirements that do not resolve: pip’s own words', async () => {
    const project = projectOf({
      ...app,
      'requirements.txt': 'plimsoll-no-such-package==9\n',
      Dockerfile: 'FROM python:3.11\nCOPY . .\nRUN pip install -r requirements.txt\n',
    });
    const ran = await plimsoll(['slim', project]);
    expectRefusal(ran, /\| ERROR: No matching distribution found for plimsoll-no-such-package==9/, project);
    expect(ran.stderr).toMatch(/Dockerfile line 3/);
    expect(ran.stderr).toMatch(/hint: .*requirement/);
  });

  test('an engine that dies while it builds', async () => {
    const project = projectOf(plain);
    const ran = await plimsoll(['slim', project], { env: { PATH: await pathWithDyingDocker() } });
    expectRefusal(ran, /fat image could not be built[\s\S]*error reading from server: EOF/, project);
    expect(ran.stderr).toMatch(/hint: .*engine went away/);
    expect(await imagesOf(project)).toEqual([]);
  });

  test.skipIf(process.platform !== 'linux')(
    'Ctrl-C ends the build and leaves nothing',
    async () => {
      // Nobody else sleeps as long as this.
      const nap = `${6000 + (process.pid % 1000)}.${Date.now() % 100000}`;
      const project = projectOf({ ...app, Dockerfile: `FROM python:3.11\nCOPY . .\nRUN sleep ${nap}\n` });
      const child = spawn(process.execPath, [cliFile, 'slim', project], {
        env: { ...process.env, ...cliEnvironment() },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      onTestFinished(() => void child.kill('SIGKILL'));
      let said = '';
      for (const stream of [child.stdout, child.stderr])
        stream.on('data', (chunk) => (said += String(chunk)));
      const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
      while (child.exitCode === null && !isRunning(`sleep\0${nap}\0`)) await sleep(100);
      child.kill('SIGINT');

      expect(await ended, said).toBe(2);
      expect(said).toMatch(/^Interrupted\./m);
      expect(said).not.toMatch(/error:/);
      expect(leftContexts(project)).toEqual([]);
      expect(globSync('.plimsoll/report.*', { cwd: project })).toEqual([]);
      expect(await imagesOf(project)).toEqual([]);
      while (isRunning(`sleep\0${nap}\0`)) await sleep(100);
    },
    120_000,
  );

  test('a service of which the fat image does not start cannot be judged', async () => {
    const dockerfile = `FROM python:3.11
WORKDIR /app
COPY . .
RUN pip install -r requirements.txt
EXPOSE 8080
CMD ["python", "app.py"]
`;
    const project = projectOf({
      'app.py': 'import sys\n\nimport orjson\n\nsys.exit("no database at db:5432")\n',
      'requirements.txt': 'orjson\n',
      Dockerfile: dockerfile,
    });
    const { code, stdout, stderr } = await plimsoll(['slim', project]);
    expect(code, stderr).toBe(3);
    expect(stdout).toMatch(/[Cc]annot judge.*fat image does not start.*no database at db:5432/s);

    const applied = await plimsoll(['slim', project, '--apply']);
    expect(applied.code).toBe(2);
    expect(applied.stderr).toMatch(/^error: Nothing was applied: .*lean image behaves.*\nhint: .*--force/m);
    expect(readFileSync(join(project, 'Dockerfile'), 'utf8')).toBe(dockerfile);
  });

  test.for(['storage', 'save'])(
    'no space where images are read (%s): the place is named, nothing is left in it',
    async (read, { skip }) => {
      const place = scratch();
      const mounted = await runProcess('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', place]).catch(
        () => undefined,
      );
      skip(mounted?.code !== 0, 'a small file system can be mounted by root only');
      onTestFinished(async () => void (await runProcess('umount', [place])));
      const project = projectOf(plain);
      const env = { PLIMSOLL_CACHE_DIR: place, PLIMSOLL_ENGINE_READ: read };
      const ran = await plimsoll(['slim', project], { env });
      expectRefusal(ran, /no space left on device/i, project);
      expect(ran.stderr).toContain(place);
      expect(ran.stderr).toMatch(/hint: About .* must be free/);
      expect(globSync('**/*', { cwd: place }).filter((path) => /\.tar$|tmp./.test(path))).toEqual([]);
    },
  );
});

function expectBuildFailure(ran: RunResult, what: RegExp, project: string): void {
  expect(ran.code, ran.stderr).toBe(2);
  expect(ran.stderr).toMatch(what);
  expect(ran.stderr).not.toMatch(/^\s+at .*:\d+|internal error/m);
  expect(ran.stdout).toBe('');
  expect(leftContexts(project)).toEqual([]);
  expect(globSync('.plimsoll/report.*', { cwd: project })).toEqual([]);
}

/** True while a process of this command line (words with a NUL after each) runs on this machine, in a container or not. */
function isRunning(commandLine: string): boolean {
  return readdirSync('/proc').some((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      return readFileSync(`/proc/${name}/cmdline`, 'utf8') === commandLine;
    } catch {
      return false;
    }
  });
}

/** A path whose first `docker` is the real one, except that the daemon goes away in the middle of each build. */
async function pathWithDyingDocker(): Promise<string> {
  const path = cliEnvironment()['PATH'] ?? process.env['PATH'] ?? '';
  const real = path
    .split(delimiter)
    .map((folder) => join(folder, 'docker'))
    .find((program) => existsSync(program));
  const folder = join(scratch(), 'bin');
  mkdirSync(folder);
  writeFileSync(
    join(folder, 'docker'),
    `#!/bin/sh
case "$1 $2" in
'buildx build'|'build '*)
  cat >&2 <<'LOG'
#1 [internal] load build definition from Dockerfile
#1 transferring dockerfile: 92B done
#1 DONE 0.0s

#2 [1/2] FROM docker.io/library/python:3.11
#2 DONE 0.0s

#3 [2/2] COPY . .
error reading from server: EOF
LOG
  exit 1;;
esac
exec ${real} "$@"
`,
  );
  chmodSync(join(folder, 'docker'), 0o755);
  return `${folder}${delimiter}${path}`;
}
