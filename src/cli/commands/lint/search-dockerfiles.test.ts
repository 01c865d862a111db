import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { main } from '../../command-line.ts';

type Files = Readonly<Record<string, string>>;

function folderOf(files: Files): string {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-lint-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [path, text] of Object.entries({ '.git/HEAD': '', ...files })) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

interface Run {
  readonly code: number;
  readonly lines: readonly string[];
  readonly notes: readonly string[];
}

/** Runs `plimsoll lint --format line` in a folder, in this process. */
async function lintIn(folder: string, ...args: readonly string[]): Promise<Run> {
  const written = { stdout: '', stderr: '' };
  const spies = [
    ...(['stdout', 'stderr'] as const).map((name) =>
      vi.spyOn(process[name], 'write').mockImplementation((text) => {
        written[name] += String(text);
        return true;
      }),
    ),
    vi.spyOn(process, 'cwd').mockReturnValue(folder),
  ];
  try {
    const code = await main(['lint', '--format', 'line', ...args], new AbortController().signal);
    return {
      code,
      lines: written.stdout.split('\n').filter((line) => line !== ''),
      notes: written.stderr.split('\n').filter((line) => line !== ''),
    };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

/** Breaks one rule, on its first line. */
const bad = 'FROM python:3.12 as b\n';
const finding = (file: string): string => expect.stringContaining(`${file}:1:`);
const workflow = (given: string): string =>
  `jobs:\n  image:\n    steps:\n      - uses: docker/build-push-action@v6\n        with: { ${given} }\n`;

test.each<readonly [title: string, files: Files, found: readonly string[], notes: readonly string[]]>([
  [
    'those that compose file and pipelines build; the others are named',
    {
      'compose.yaml': 'services:\n  api:\n    build: { context: ., dockerfile: docker/api.Dockerfile }\n',
      '.github/workflows/a.yml': workflow('context: worker'),
      'docker/api.Dockerfile': bad,
      'worker/Dockerfile': bad,
      'old/Dockerfile': bad,
    },
    ['docker/api.Dockerfile', 'worker/Dockerfile'],
    [
      'No Dockerfile in this directory itself: checking docker/api.Dockerfile, worker/Dockerfile, built by compose.yaml, .github/workflows/a.yml.',
      'Not checked, as nothing there builds it: old/Dockerfile.',
    ],
  ],
  [
    'a file is checked once, whoever builds it',
    {
      'docker-compose.yml':
        'services:\n  a: { build: ./api }\n  b: { build: { context: ., dockerfile: api/Dockerfile } }\n  c: { build: "https://github.com/x/y.git" }\n',
      '.gitlab-ci.yml': 'build:\n  script: [docker build api]\n',
      'api/Dockerfile': bad,
    },
    ['api/Dockerfile'],
    [
      'No Dockerfile in this directory itself: checking api/Dockerfile, built by docker-compose.yml, .gitlab-ci.yml.',
    ],
  ],
  [
    'all below where nothing builds any, without those of tools and environments',
    {
      'services/a/Dockerfile': bad,
      'services/b/gpu.Dockerfile': bad,
      '.devcontainer/Dockerfile': bad,
      'node_modules/x/Dockerfile': bad,
      'env/pyvenv.cfg': '',
      'env/lib/Dockerfile': bad,
      '.venv/Dockerfile': bad,
      'services/a/Dockerfile.j2': bad,
    },
    ['.devcontainer/Dockerfile', 'services/a/Dockerfile', 'services/b/gpu.Dockerfile'],
    [
      'No Dockerfile in this directory itself: checking .devcontainer/Dockerfile, services/a/Dockerfile, services/b/gpu.Dockerfile, found below.',
    ],
  ],
  [
    'what is named and not there, and what is no compose file, is told',
    {
      'compose.yaml': 'services: []\n',
      '.github/workflows/a.yml': workflow('file: gone.Dockerfile'),
      'a/Dockerfile': bad,
    },
    ['a/Dockerfile'],
    [
      expect.stringMatching(/^Not followed: what the compose file builds is not known: .*compose\.yaml/),
      'Not followed: .github/workflows/a.yml builds gone.Dockerfile, which is not there',
      expect.stringContaining('found below'),
    ],
  ],
])('a directory without a Dockerfile: %s', async (_, files, found, notes) => {
  const run = await lintIn(folderOf(files));
  expect(run).toEqual({ code: 1, lines: found.map(finding), notes });
});

test('the context of who builds it counts, and a directory may be named', async () => {
  const folder = folderOf({
    'apps/compose.yaml': 'services: { a: { build: { context: src, dockerfile: ../docker/Dockerfile } } }\n',
    'apps/docker/Dockerfile': 'FROM python:3.12\nCOPY data /data\n',
    'apps/src/.dockerignore': 'data\n',
  });
  const { lines, notes } = await lintIn(folder, 'apps');
  expect(lines).toEqual([expect.stringMatching(/^apps\/docker\/Dockerfile:2:.*\[copy-ignored-file\]$/)]);
  expect(notes).toEqual([
    'No Dockerfile in apps itself: checking apps/docker/Dockerfile, built by apps/compose.yaml.',
  ]);
});

const inline = `services:
  api:
    build:
      context: .
      additional_contexts: { assets: ./assets }
      dockerfile_inline: |
        FROM python:\${PYTHON:-3.12} as b

        ENV A="$$HOME$$B"\tPIP_TOKEN=abc
        COPY --from=assets . /a
        RUN cd /x
  folded:
    build:
      dockerfile_inline: "FROM a as b"
`;

test('an inline Dockerfile is checked at its place in the compose file, and not written', async () => {
  const folder = folderOf({ 'compose.yaml': inline });
  const { lines, notes } = await lintIn(folder, '--fix');
  expect(lines).toEqual([
    expect.stringMatching(/^compose\.yaml:7:37: warning: .*\[from-as-casing\]$/),
    expect.stringMatching(/^compose\.yaml:9:27: warning: .*\[secret-in-env\]$/),
    expect.stringMatching(/^compose\.yaml:11:13: info: .*\[chained-cd\]$/),
  ]);
  expect(notes).toEqual([
    'Not followed: the inline Dockerfile of service folded in compose.yaml is not checked: it is no block of lines (dockerfile_inline: |) there',
    'No Dockerfile in this directory itself: checking what stands in compose.yaml, built by compose.yaml.',
  ]);
  expect(readFileSync(join(folder, 'compose.yaml'), 'utf8')).toBe(inline);
});

test('what is no Dockerfile in a compose file is told with its line', async () => {
  const text =
    'services:\r\n  a:\r\n    build:\r\n      dockerfile_inline: |\r\n        FROM a:1\r\n        NO b\r\n';
  const { code, notes } = await lintIn(folderOf({ 'compose.yaml': text }));
  expect([code, notes.at(-2)]).toEqual([
    2,
    expect.stringContaining('compose.yaml:6: unknown instruction: NO'),
  ]);
});

test('nothing anywhere is an error', async () => {
  const { code, notes } = await lintIn(folderOf({ 'README.md': '' }));
  expect([code, notes[0]]).toEqual([
    2,
    expect.stringContaining('There is no Dockerfile in this directory, nor below.'),
  ]);
});
