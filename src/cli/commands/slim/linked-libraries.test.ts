import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { dynamicElf } from '../../../filetree/fixtures/dynamic-elf.ts';
import { main } from '../../command-line.ts';

function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-linked-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const writer = `
import base64, json, sys, zipfile
for path, files in json.load(sys.stdin):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as wheel:
        for name, content in files.items(): wheel.writestr(name, base64.b64decode(content))`;

interface NativeWheel {
  readonly requires?: readonly string[];
  /** Path → what it is linked with. */
  readonly libraries?: Readonly<Record<string, readonly string[]>>;
}

function wheelsOf(specs: Readonly<Record<string, NativeWheel>>): string {
  const folder = scratch();
  const wheels = Object.entries(specs).map(([name, { requires = [], libraries = {} }]) => {
    const info = `${name.replaceAll('-', '_')}-1.0.dist-info`;
    const required = requires.map((one) => `Requires-Dist: ${one}\n`).join('');
    const files: Record<string, Buffer> = {
      [`${info}/METADATA`]: Buffer.from(`Metadata-Version: 2.1\nName: ${name}\nVersion: 1.0\n${required}`),
      [`${info}/WHEEL`]: Buffer.from('Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: py3-none-any\n'),
      [`${info}/RECORD`]: Buffer.from(''),
    };
    for (const [path, needed] of Object.entries(libraries)) files[path] = dynamicElf({ needed });
    const encoded = Object.entries(files).map(([path, content]) => [path, content.toString('base64')]);
    return [join(folder, `${name.replaceAll('-', '_')}-1.0-py3-none-any.whl`), Object.fromEntries(encoded)];
  });
  execFileSync('python3', ['-c', writer], { input: JSON.stringify(wheels) });
  return folder;
}

async function leanDockerfile(wheels: string, requirements: string, app: string): Promise<string> {
  const project = scratch();
  const files = {
    Dockerfile:
      'FROM python:3.11-bookworm\nWORKDIR /app\nCOPY . .\nRUN pip install -r requirements.txt\nCMD ["python", "app.py"]\n',
    'requirements.txt': requirements,
    'app.py': app,
  };
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(project, path)), { recursive: true });
    writeFileSync(join(project, path), text);
  }
  const variables = {
    PIP_NO_INDEX: '1',
    PIP_FIND_LINKS: wheels,
    PIP_CONFIG_FILE: '/dev/null',
    DOCKER_HOST: `unix://${project}/nobody.sock`,
    PLIMSOLL_CACHE_DIR: join(scratch(), 'cache'),
  };
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
  // Neither registry nor Debian's mirror: tables stand in for both.
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('no network')));
  const spies = (['stdout', 'stderr'] as const).map((name) =>
    vi.spyOn(process[name], 'write').mockImplementation(() => true),
  );
  try {
    expect(await main(['slim', project, '--no-build'], new AbortController().signal)).toBe(0);
  } finally {
    vi.unstubAllEnvs();
    vi.unstubAllGlobals();
    for (const spy of spies) spy.mockRestore();
  }
  return readFileSync(join(project, '.plimsoll/lean/Dockerfile'), 'utf8');
}

const hasPip = spawnSync('python3', ['-m', 'pip', '--version']).status === 0;

test.skipIf(!hasPip).each<[string, Readonly<Record<string, NativeWheel>>, string, string]>([
  [
    'a wheel that came along is linked with what the slim base lacks',
    {
      outer: { requires: ['native'] },
      native: { libraries: { 'native/_n.so': ['libgomp.so.1', 'libc.so.6'] } },
    },
    'outer\n',
    'libgomp1',
  ],
  [
    'a newer wheel brings what the table says it lacks',
    {
      lightgbm: {
        libraries: {
          'lightgbm/lib.so': ['libgomp-a1b2.so.1'],
          'lightgbm.libs/libgomp-a1b2.so.1': ['libc.so.6'],
        },
      },
    },
    'lightgbm\n',
    '',
  ],
  [
    'a distribution without a wheel, whose build nobody has seen: the table knows',
    {},
    'psycopg2\n',
    'libpq5',
  ],
  [
    'its twin that brings the library',
    {
      'psycopg2-binary': {
        libraries: {
          'psycopg2/_psycopg.so': ['libpq-e8a0.so.5'],
          'psycopg2_binary.libs/libpq-e8a0.so.5': [],
        },
      },
    },
    'psycopg2-binary\n',
    '',
  ],
  [
    'an OpenCV that opens windows, by what its wheel says and not by the longer list of the table',
    { 'opencv-python': { libraries: { 'cv2/cv2.abi3.so': ['libGL.so.1', 'libglib-2.0.so.0'] } } },
    'opencv-python\n',
    'libgl1 libglib2.0-0',
  ],
])('%s', async (_, wheels, requirements, packages) => {
  const lean = await leanDockerfile(wheelsOf(wheels), requirements, 'import cv2\ncv2.imshow("a", b)\n');
  expect(lean).toContain('FROM python:3.11-slim-bookworm');
  expect(/apt-get install -y --no-install-recommends ([^\n]*)/.exec(lean)?.[1] ?? '').toBe(packages);
});
