import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { UserError } from '../base/index.ts';
import { type BuildError, createBuildahLog, createBuildkitLog, explainFailedBuild } from './index.ts';

const fixtures = join(import.meta.dirname, 'fixtures');

function explain(
  engine: 'docker-20.10' | 'podman-4.3' | 'buildx',
  name: string,
  dockerfile = name,
): BuildError {
  const log = engine === 'podman-4.3' ? createBuildahLog() : createBuildkitLog();
  for (const line of readFileSync(join(fixtures, engine, `${name}.txt`), 'utf8').split('\n'))
    log.push(line, 0);
  return explainFailedBuild({
    title: 'lean image',
    engineTitle: engine === 'podman-4.3' ? 'Podman' : 'Docker',
    dockerfilePath: '/project/Dockerfile',
    dockerfileText: dockerfile === '' ? '' : readFileSync(join(fixtures, 'dockerfiles', dockerfile), 'utf8'),
    outcome: log.outcome(),
    signalName: null,
  });
}

const recorded = [
  {
    engine: 'docker-20.10',
    name: 'run',
    kind: 'instruction',
    line: 5,
    says: 'ls: /missing: No such file',
    why: 'a RUN that fails: its own output',
  },
  {
    engine: 'podman-4.3',
    name: 'run',
    kind: 'instruction',
    line: 5,
    says: 'ls: /missing: No such file',
    why: 'the same with Podman',
  },
  {
    engine: 'docker-20.10',
    name: 'copy',
    kind: 'missing-file',
    line: 3,
    says: '"/models/weights.bin" not found',
    why: 'COPY of what .dockerignore cuts off',
  },
  {
    engine: 'podman-4.3',
    name: 'copy',
    kind: 'missing-file',
    line: 3,
    says: 'copier: stat',
    why: 'the same with Podman',
  },
  {
    engine: 'docker-20.10',
    name: 'base',
    kind: 'network',
    line: 1,
    says: 'no such host',
    why: 'a registry that cannot be reached',
  },
  {
    engine: 'podman-4.3',
    name: 'base',
    kind: 'network',
    line: 1,
    says: 'no such host',
    why: 'the same with Podman',
  },
  {
    engine: 'docker-20.10',
    name: 'from',
    kind: 'network',
    line: 3,
    says: 'no such host',
    why: 'COPY --from of an unknown stage is looked up as an image',
  },
  {
    engine: 'podman-4.3',
    name: 'from',
    kind: 'base-image',
    line: 3,
    says: 'no stage or image found',
    why: 'Podman knows that it is none',
  },
  {
    engine: 'docker-20.10',
    name: 'parse',
    kind: 'dockerfile',
    line: 3,
    says: 'unknown instruction: RUNN',
    why: 'a Dockerfile that does not parse',
  },
  {
    engine: 'podman-4.3',
    name: 'parse',
    kind: 'dockerfile',
    line: 3,
    says: 'Unknown instruction: "RUNN"',
    why: 'the same with Podman',
  },
  {
    engine: 'docker-20.10',
    name: 'json',
    kind: 'missing-command',
    line: 3,
    says: 'exec: "/bin/nosuch"',
    why: 'a program that is not in the image',
  },
  {
    engine: 'podman-4.3',
    name: 'json',
    kind: 'missing-command',
    line: 3,
    says: '/bin/nosuch',
    why: 'the same with Podman',
  },
  {
    engine: 'docker-20.10',
    name: 'pip',
    kind: 'python-requirements',
    line: 6,
    says: 'ERROR: No matching distribution found for numpy==99.99',
    why: 'pip’s own ERROR lines',
  },
  {
    engine: 'docker-20.10',
    name: 'pip-conflict',
    kind: 'python-requirements',
    line: 6,
    says: 'ERROR: Cannot install numpy==1.26.4 and numpy==2.0.0',
    why: 'a resolution that is impossible',
  },
] as const;

describe('a failed build is explained', () => {
  test.each(recorded)('$engine $name: $why', ({ engine, name, kind, line, says }) => {
    const error = explain(engine, name);
    expect(error).toBeInstanceOf(UserError);
    expect(error.kind).toBe(kind);
    expect(error.line).toBe(line);
    expect(error.message).toContain(says);
    expect(error.message).toContain(`/project/Dockerfile line ${line}`);
  });

  test('the engine’s own line wins over a search', () => {
    const error = explain('buildx', 'run', '');
    expect(error).toMatchObject({ kind: 'python-requirements', line: 7, exitCode: 1 });
    expect(error.message).toBe(
      [
        'The lean image could not be built: [builder 3/12] RUN pip install -r requirements.txt failed with exit code 1 (/project/Dockerfile line 7).',
        '  | Collecting numpy',
        '  | ERROR: Could not find a version that satisfies the requirement torch==99.0 (from versions: 2.4.0, 2.5.1)',
        '  | ERROR: No matching distribution found for torch==99.0',
      ].join('\n'),
    );
  });

  test('buildx: a missing source names .dockerignore', () => {
    const error = explain('buildx', 'copy', '');
    expect(error).toMatchObject({ kind: 'missing-file', line: 170 });
    expect(error.hint).toContain('.dockerignore');
  });

  test('a daemon that dies mid-build is not the Dockerfile’s fault', () => {
    const error = explain('docker-20.10', 'died', '');
    expect(error.kind).toBe('engine-died');
    expect(error.message).toContain('unexpected EOF');
  });

  test('an unknown target and an empty Dockerfile', () => {
    expect(explain('docker-20.10', 'target', '').kind).toBe('dockerfile');
    expect(explain('docker-20.10', 'empty', '').kind).toBe('dockerfile');
    expect(explain('podman-4.3', 'empty', '').kind).toBe('dockerfile');
  });
});

/** The words of engines for what cannot be recorded at will. */
const spoken = [
  {
    kind: 'no-space',
    step: '[2/2] RUN pip install torch',
    output: 'ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device',
    words: 'exit code: 1',
  },
  {
    kind: 'no-space',
    step: 'exporting to image',
    output: '',
    words: 'failed to write: write /var/lib/docker/overlay2/x: no space left on device',
  },
  {
    kind: 'engine-died',
    step: '',
    output: '',
    words: 'failed to receive status: rpc error: code = Unavailable desc = error reading from server: EOF',
  },
  {
    kind: 'engine-died',
    step: '',
    output: '',
    words:
      'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?',
  },
  {
    kind: 'broken-cache',
    step: 'exporting to image',
    output: '',
    words: 'layer does not exist',
  },
  {
    kind: 'broken-cache',
    step: '[2/2] RUN pip install torch',
    output: '',
    words: 'failed to prepare 3kp: parent snapshot sha256:0d does not exist: not found',
  },
  {
    kind: 'broken-cache',
    step: '',
    output: '',
    words:
      'Error: checking if cached image exists from a previous build: getting top layer info: layer not known',
  },
  {
    kind: 'instruction',
    step: '[2/2] RUN python train.py',
    output: 'KeyError: this layer does not exist',
    words: 'process "/bin/sh -c python train.py" did not complete successfully: exit code: 1',
  },
  {
    kind: 'cache-mount',
    step: '',
    output: '',
    words: 'the --mount option requires BuildKit. Refer to https://docs.docker.com/go/buildkit/',
  },
  {
    kind: 'base-image',
    step: '[internal] load metadata for docker.io/library/python:9',
    output: '',
    words: 'docker.io/library/python:9: not found',
  },
  {
    kind: 'base-image',
    step: '[internal] load metadata for docker.io/acme/private:1',
    output: '',
    words:
      'pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed',
  },
  {
    kind: 'base-image',
    step: '[internal] load metadata for docker.io/library/python:3.11',
    output: '',
    words: 'toomanyrequests: You have reached your pull rate limit.',
  },
  {
    kind: 'base-image',
    step: '[internal] load metadata for docker.io/library/x:1',
    output: '',
    words:
      'no match for platform in manifest: no matching manifest for linux/arm64/v8 in the manifest list entries',
  },
  {
    kind: 'network',
    step: '[2/2] RUN apt-get update',
    output: "W: Failed to fetch http://deb.debian.org/x  Temporary failure resolving 'deb.debian.org'",
    words: 'exit code: 100',
  },
  {
    kind: 'network',
    step: '[2/2] RUN pip install x',
    output:
      "WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError(': Failed to establish a new connection: [Errno -3] Temporary failure in name resolution')': /simple/x/\nERROR: No matching distribution found for x",
    words: 'exit code: 1',
  },
  { kind: 'out-of-memory', step: '[2/2] RUN python train.py', output: 'Killed', words: 'exit code: 137' },
  {
    kind: 'missing-command',
    step: '[2/2] RUN gcc x.c',
    output: '/bin/sh: 1: gcc: not found',
    words: 'exit code: 127',
  },
  {
    kind: 'missing-command',
    step: '[builder 3/6] RUN pip install psycopg2',
    output:
      '      Error: pg_config executable not found.\n      pg_config is required to build psycopg2 from source.',
    words: 'exit code: 1',
  },
  {
    kind: 'instruction',
    step: '[2/2] COPY a b',
    output: '/bin/sh: 1: gcc: not found',
    words: 'exit code: 1',
  },
  {
    kind: 'missing-file',
    step: '[2/2] COPY --from=builder /opt/venv /opt/venv',
    output: '',
    words: 'failed to calculate checksum of ref a::b: "/opt/venv": not found',
  },
  { kind: 'instruction', step: '[2/2] RUN pytest', output: '1 failed', words: 'exit code: 1' },
] as const;

describe('the cause is told from the engine’s words', () => {
  test.each(spoken)('$kind: $words', ({ kind, step, output, words }) => {
    const error = explainFailedBuild({
      title: 'fat image',
      engineTitle: 'Docker',
      dockerfilePath: '/p/Dockerfile',
      dockerfileText: '',
      outcome: {
        steps: [],
        failed: step === '' ? undefined : { name: step, output: output.split('\n'), error: words },
        message: words,
        line: undefined,
      },
      signalName: null,
    });
    expect(error.kind).toBe(kind);
    if (kind !== 'instruction') expect(error.hint).toBeTruthy();
  });

  test('the program that is missing is named', () => {
    const error = explainFailedBuild({
      title: 'lean image',
      engineTitle: 'Docker',
      dockerfilePath: '/p/Dockerfile',
      dockerfileText: '',
      outcome: {
        steps: [],
        failed: {
          name: '[2/2] RUN ./fetch.sh',
          output: ['./fetch.sh: line 3: git: command not found'],
          error: 'exit code: 127',
        },
        message: '',
        line: undefined,
      },
      signalName: null,
    });
    expect(error.hint).toContain('no program `git` at this point');
  });

  test('a client that was killed from outside', () => {
    const outcome = { steps: [], failed: undefined, message: '', line: undefined };
    const build = {
      title: 'fat image',
      engineTitle: 'Docker',
      dockerfilePath: '/p/Dockerfile',
      dockerfileText: '',
      outcome,
    };
    expect(explainFailedBuild({ ...build, signalName: 'SIGKILL' })).toMatchObject({ kind: 'engine-died' });
  });

  test('pip’s ERROR lines are quoted even where much follows them', () => {
    const output = [
      'ERROR: No matching distribution found for torch==99',
      ...Array.from({ length: 40 }, (_, i) => `line ${i}`),
    ];
    const error = explainFailedBuild({
      ...{
        title: 'fat image',
        engineTitle: 'Docker',
        dockerfilePath: '/p/Dockerfile',
        dockerfileText: '',
        signalName: null,
      },
      outcome: {
        steps: [],
        failed: { name: '[2/2] RUN x', output, error: 'exit code: 1' },
        message: '',
        line: undefined,
      },
    });
    expect(error.message).toContain(
      '  | ERROR: No matching distribution found for torch==99\n  | …\n  | line 10',
    );
    expect(error.message).not.toContain('line 9\n');
  });
});
