import { describe, expect, test } from 'vitest';
import { BuildError, type BuildFailureKind } from '../../../engines/index.ts';
import type { EditId, Plan } from '../../../slim/index.ts';
import type { Difference, Verification } from '../../../verify/index.ts';
import { judgeAttempt, type LeanAttempt } from './judge-attempt.ts';

const fat = 'FROM python:3.11\nCOPY . .\nRUN pip install -r requirements.txt\nCMD ["python", "app.py"]\n';
const lean = `FROM python:3.11 AS builder
RUN python -m venv /opt/venv
RUN pip install -r requirements.txt

FROM python:3.11-slim
COPY --from=builder /opt/venv /opt/venv
RUN ./prepare.sh
CMD ["python", "app.py"]
`;

interface PlanChanges {
  readonly fat?: string;
  readonly lean?: string;
  readonly edits?: readonly EditId[];
}

function planOf(changes: PlanChanges = {}): Plan {
  const edits = changes.edits ?? ['split-stages', 'slim-base', 'runtime-packages'];
  return {
    edits: edits.map((id) => ({
      id,
      title: id,
      reason: '',
      risk: 'verify',
      predictedBytes: undefined,
      diff: '',
    })),
    leftAlone: [],
    secrets: [],
    files: [{ path: 'Dockerfile', content: changes.lean ?? lean, previous: changes.fat ?? fat }],
  };
}

function judge(attempt: Omit<LeanAttempt, 'files'>): ReturnType<typeof judgeAttempt> {
  return judgeAttempt({ ...attempt, files: [] }, 'bookworm', {});
}

const noLogs = { fat: { stdout: '', stderr: '' }, lean: { stdout: '', stderr: '' } };

function verificationOf(changes: Partial<Verification>): Verification {
  return {
    verdict: 'different',
    summary: 'The lean image differs.',
    differences: [],
    checks: [],
    startUp: { fatSeconds: 1, leanSeconds: 1 },
    requests: [],
    logs: noLogs,
    ...changes,
  };
}

function difference(changes: Partial<Difference>): Difference {
  return {
    kind: 'response',
    severity: 'break',
    what: 'GET /version',
    fat: '200',
    lean: '500',
    hints: {},
    ...changes,
  };
}

const noGit = "FileNotFoundError: [Errno 2] No such file or directory: 'git'";

describe('a program that the lean container misses', () => {
  test.each([
    [
      'an answer quotes the error',
      { differences: [difference({ lean: `500 application/json: {"detail":"${noGit}"}` })] },
      'GET /version calls git',
    ],
    [
      'only the log tells',
      { differences: [difference({})], logs: { ...noLogs, lean: { stdout: '', stderr: noGit } } },
      'the container calls git',
    ],
    [
      'a shell says it',
      { logs: { ...noLogs, lean: { stdout: '', stderr: '/bin/sh: 1: git: not found' } } },
      'the container calls git',
    ],
    [
      'it does not start',
      {
        differences: [
          difference({ kind: 'start', what: 'start', lean: 'exec: "git": executable file not found' }),
        ],
      },
      'the container calls git',
    ],
    [
      'an import starts it',
      { differences: [difference({ kind: 'import', what: 'import git', lean: noGit })] },
      'import git calls git',
    ],
  ] as const)('is added: %s', (_reason, changes, because) => {
    const { outcome, missingPackages } = judge({ plan: planOf(), verification: verificationOf(changes) });
    expect([...missingPackages]).toEqual([['git', because]]);
    expect(outcome).toMatchObject({ isPassed: false, blamed: [] });
  });

  test.each([
    [
      'the fat one misses it, too',
      { logs: { fat: { stdout: '', stderr: noGit }, lean: { stdout: '', stderr: noGit } } },
    ],
    ['no Debian package is known', { differences: [difference({ lean: noGit.replace('git', 'settings') })] }],
    ['Debian’s Python is another one', { differences: [difference({ lean: 'sh: 1: pip3: not found' })] }],
    ['it is only good to know', { differences: [difference({ severity: 'info', lean: noGit })] }],
  ] as const)('is not added where %s', (_reason, changes) => {
    const { missingPackages } = judge({ plan: planOf(), verification: verificationOf(changes) });
    expect([...missingPackages]).toEqual([]);
  });

  test('is of no interest where the lean image passed', () => {
    const logs = { ...noLogs, lean: { stdout: '', stderr: noGit } };
    const { outcome, missingPackages } = judge({
      plan: planOf(),
      verification: verificationOf({ verdict: 'same', logs }),
    });
    expect([outcome.isPassed, [...missingPackages]]).toEqual([true, []]);
  });

  test.each([
    [fat, 'slim-base', 'the full base brought it'],
    [
      fat.replace('COPY', 'RUN apt-get install -y build-essential\nCOPY'),
      'runtime-packages',
      'the project installs it',
    ],
  ])('a compiler brings its edit back, since it is nothing without headers: %#', (text, edit, _why) => {
    const { outcome, missingPackages } = judge({
      plan: planOf({ fat: text }),
      verification: verificationOf({ differences: [difference({ lean: 'sh: 1: gcc: not found' })] }),
    });
    expect([outcome.blamed, [...missingPackages]]).toEqual([[edit], []]);
  });
});

describe('a program that a step of the build misses', () => {
  const failed = (line: number, output: string): BuildError =>
    new BuildError(
      `The lean image could not be built: RUN x failed (Dockerfile line ${line}).\n  | ${output}`,
      {
        kind: 'missing-command',
        hint: 'install it',
        step: 'RUN x',
        line,
        exitCode: 127,
      },
    );

  test('is added to the runtime stage where that calls it', () => {
    const { outcome, missingPackages } = judge({
      plan: planOf(),
      buildError: failed(7, './prepare.sh: line 2: git: command not found'),
    });
    expect([...missingPackages]).toEqual([['git', 'a step of the build calls git']]);
    expect(outcome.what).toContain('There is no git, which comes with the Debian package git.');
  });

  test.each([
    ['/bin/sh: 1: gcc: not found', 7, undefined, 'slim-base', 'gcc'],
    ['Error: pg_config executable not found.', 7, undefined, 'slim-base', 'libpq-dev'],
    [
      '/bin/sh: 1: gcc: not found',
      7,
      fat.replace('COPY', 'RUN apt-get install -y gcc\nCOPY'),
      'runtime-packages',
      'gcc',
    ],
    ['sh: 1: git: not found', 3, undefined, 'split-stages', 'git'],
  ])('%s in line %d points to an edit', (output, line, text, edit, packageName) => {
    const { outcome, missingPackages } = judge({
      plan: planOf(text === undefined ? {} : { fat: text }),
      buildError: failed(line, output),
    });
    expect([outcome.blamed, [...missingPackages]]).toEqual([[edit], []]);
    expect(outcome.value.buildError?.hint).toContain(`Debian package ${packageName}`);
    expect(outcome.value.buildError?.hint).toContain(`\`--skip ${edit}\``);
    expect(outcome.value.buildError).toMatchObject({ kind: 'missing-command', line, exitCode: 127 });
  });

  test('points to the CUDA base where that was changed', () => {
    const { outcome } = judge({
      plan: planOf({ edits: ['cuda-base'] }),
      buildError: failed(7, '/bin/sh: 1: gcc: not found'),
    });
    expect(outcome.blamed).toEqual(['cuda-base']);
  });

  test('is to be installed where no edit of the plan left it out', () => {
    const { outcome } = judge({
      plan: planOf({ edits: [], lean: fat }),
      buildError: failed(3, 'sh: 1: git: not found'),
    });
    expect(outcome.blamed).toEqual([]);
    expect(outcome.value.buildError?.hint).toContain('apt-get install --no-install-recommends git');
  });
});

describe('an edit that the failure itself points to', () => {
  test.each([
    [
      'RUN --mount=type=secret,id=T,required=true: secret required but no secret with id T found',
      ['secret-mounts'],
    ],
    ['cat: /run/secrets/T: No such file or directory', ['secret-mounts']],
    [
      'COPY --chown=app:app . .: unable to convert uid/gid chown string to host mapping: no such user',
      ['copy-owner', 'non-root-user'],
    ],
  ])('of a build: %s', (message, blamed) => {
    const buildError = new BuildError(message, { kind: 'instruction', step: 'RUN x' });
    expect(judge({ plan: planOf(), buildError }).outcome.blamed).toEqual(blamed);
  });

  test.each<[string, readonly EditId[]]>([
    [
      '[stage-1 4/5] RUN --mount=type=bind,source=train.py,target=/app/train.py     python train.py',
      ['step-inputs', 'dockerignore'],
    ],
    [
      '[builder 5/6] RUN --mount=type=bind,source=docker/prune-site-packages.py,target=/tmp/x.py     python /tmp/prune-site-packages.py /opt/venv --tests',
      ['strip-libraries', 'prune-headers', 'prune-tests', 'base-pip'],
    ],
  ])('of a step of the build with mounts: %s', (step, blamed) => {
    const buildError = new BuildError('FileNotFoundError', { kind: 'instruction', step });
    expect(judge({ plan: planOf(), buildError }).outcome.blamed).toEqual(blamed);
  });

  test.each<[string, BuildFailureKind, readonly EditId[]]>([
    ['pip finds no such version', 'python-requirements', []],
    ['Traceback: File "<string>", line 1: no GPU', 'instruction', ['traced-bytecode']],
    [
      'Traceback: File "/tmp/prune.py", line 9',
      'instruction',
      ['strip-libraries', 'prune-headers', 'prune-tests', 'base-pip'],
    ],
  ])('of what shares a step with the pruning script: %s', (message, kind, blamed) => {
    const step =
      'RUN --mount=type=bind,source=docker/prune-site-packages.py pip install -r r.txt && python -I -c "import a" && python /tmp/prune-site-packages.py';
    const buildError = new BuildError(message, { kind, step });
    expect(judge({ plan: planOf(), buildError }).outcome.blamed).toEqual(blamed);
  });

  test.each([
    ["ModuleNotFoundError: No module named 'pkg_resources'", ['base-pip']],
    ["PermissionError: [Errno 13] Permission denied: '/app/x.db'", ['non-root-user', 'copy-owner']],
    ["We couldn't connect to 'https://huggingface.co' to load this file", ['model-volume']],
    ['500 Internal Server Error', []],
  ])('of the comparison: %s', (lean, blamed) => {
    const verification = verificationOf({ differences: [difference({ lean })] });
    expect(judge({ plan: planOf(), verification }).outcome.blamed).toEqual(blamed);
  });
});
