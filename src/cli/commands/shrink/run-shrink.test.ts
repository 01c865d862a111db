import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { type RunResult, runProcess } from '../../../base/index.ts';
import { buildImage, openImage, writeDockerArchive } from '../../../image/index.ts';

const main = inject('program');
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plimsoll-shrink-cli-'));
  const image = await buildImage({
    name: 'fat',
    layers: [
      [{ path: 'etc/os-release', content: 'ID=debian\n' }],
      [
        { path: 'root/.cache/pip/a', content: 'cache'.repeat(100) },
        { path: 'app/main.py', content: 'print(1)\n' },
        { path: 'app/__pycache__/main.cpython-311.pyc', content: 'bytecode' },
      ],
    ],
    config: {
      history: [
        { createdBy: '/bin/sh -c #(nop) ADD file:1 in /', isEmptyLayer: false },
        { createdBy: '/bin/sh -c #(nop) CMD ["bash"]', isEmptyLayer: true },
        { createdBy: 'COPY . .', isEmptyLayer: false },
      ],
    },
  });
  await writeDockerArchive(image, join(folder, 'fat.tar'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function shrink(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<RunResult> {
  return runProcess(process.execPath, [main, 'shrink', 'fat.tar', '--quiet', ...args], {
    cwd: folder,
    env: { NO_COLOR: '1', PLIMSOLL_CACHE_DIR: join(folder, 'cache'), SOURCE_DATE_EPOCH: '', ...env },
  });
}

async function digestOf(spec: string): Promise<string> {
  const image = await openImage(spec, { temporaryDir: folder });
  await image.close();
  return image.config.diffIds.join(' ');
}

test.each([
  ['docker-archive:a/lean.tar', ['--tag', 'app:1'], 'docker-archive:a/lean.tar'],
  ['lean.tar', [], 'docker-archive:lean.tar'],
  ['oci:layout:v1', [], 'oci:layout:v1'],
  ['oci-archive:layout.tar:v1', ['--compression', 'zstd'], 'oci-archive:layout.tar:v1'],
])('writes %s %j, which can be read', async (destination, options, spec) => {
  const { code, stdout, stderr } = await shrink(['-o', destination, ...options]);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toContain('−500 B  package-caches');
  const [kind = '', ...path] = spec.split(':');
  const image = await openImage(`${kind}:${join(folder, path.join(':'))}`, { temporaryDir: folder });
  expect(image.layers).toHaveLength(2);
  expect(image.config.history.filter(({ isEmptyLayer }) => !isEmptyLayer)).toHaveLength(2);
  await image.close();
});

test('the tag is what a docker-archive loads as', async () => {
  await shrink(['-o', 'tagged.tar', '-t', 'app:1']);
  expect(await readFile(join(folder, 'tagged.tar'), 'latin1')).toContain(
    '"RepoTags":["docker.io/library/app:1"]',
  );
});

test('a dry run writes nothing, and says what would go', async () => {
  const files = await readdir(folder);
  const { code, stdout } = await shrink(['--dry-run', '--json']);
  expect([code, JSON.parse(stdout)]).toMatchObject([
    0,
    {
      schema: 'plimsoll.shrink/1',
      isDryRun: true,
      base: { layerCount: 1, evidence: 'history' },
      passes: expect.arrayContaining([
        expect.objectContaining({ name: 'package-caches', savedBytes: 500, fileCount: 1 }),
      ]),
    },
  ]);
  expect((await readdir(folder)).sort()).toEqual([...new Set([...files, 'cache'])].sort());
});

test('.plimsoll.yaml where it runs chooses passes, and a mistake in it costs no time', async () => {
  const file = join(folder, '.plimsoll.yaml');
  await writeFile(file, 'shrink:\n  skip: [package-caches]\n  with: [bytecode]\n');
  try {
    const { stdout } = await shrink(['--dry-run']);
    expect(stdout).toContain('−8 B  bytecode');
    expect(stdout).not.toContain('package-caches');
    await writeFile(file, 'shrink:\n  skip: [package-cache]\n');
    const { code, stderr } = await shrink(['--dry-run']);
    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining(
        '.plimsoll.yaml:2: shrink.skip.0 names no pass: package-cache; did you mean package-caches?',
      ),
    ]);
  } finally {
    await rm(file);
  }
});

test('a pattern that keeps nothing is told', async () => {
  const words = ['shrink', 'fat.tar', '--dry-run', '--keep', 'pip/a', '--keep', 'main.py'];
  const { stderr } = await runProcess(process.execPath, [main, ...words], {
    cwd: folder,
    env: { NO_COLOR: '1', PLIMSOLL_CACHE_DIR: join(folder, 'cache') },
  });
  expect(stderr).toBe(
    '--keep pip/a matches no file; one with a slash begins at the root: **/pip/a does not\n',
  );
});

test('the manifest has what went, with the layer that still holds it', async () => {
  expect((await shrink(['--dry-run', '--manifest', 'removed.json'])).code).toBe(0);
  const fat = await openImage(`docker-archive:${join(folder, 'fat.tar')}`, { temporaryDir: folder });
  expect(JSON.parse(await readFile(join(folder, 'removed.json'), 'utf8'))).toMatchObject({
    schema: 'plimsoll.shrink-manifest/1',
    files: [
      {
        path: 'root/.cache/pip/a',
        action: 'removed',
        pass: 'package-caches',
        layer: 1,
        layerDigest: fat.layers[1]?.digest,
      },
    ],
  });
  await fat.close();
});

test('the same image gives the same file, and SOURCE_DATE_EPOCH another time in it', async () => {
  await shrink(['-o', 'one.tar', '--smallest']);
  await shrink(['-o', 'two.tar', '--smallest']);
  await shrink(['-o', 'three.tar', '--smallest'], { SOURCE_DATE_EPOCH: '1000000000' });
  const [one, two, three] = await Promise.all(
    ['one', 'two', 'three'].map((name) => readFile(join(folder, `${name}.tar`))),
  );
  expect(one?.equals(two ?? Buffer.alloc(0))).toBe(true);
  expect(three?.includes('2001-09-09T01:46:40.000Z')).toBe(true);
});

describe('compiled modules', () => {
  const removed = async (args: readonly string[]): Promise<readonly string[]> => {
    await rm(join(folder, 'bytecode.json'), { force: true });
    const { code, stderr } = await shrink(['--dry-run', '--manifest', 'bytecode.json', ...args]);
    expect([code, stderr]).toEqual([0, '']);
    const { files } = JSON.parse(await readFile(join(folder, 'bytecode.json'), 'utf8'));
    return files.flatMap(({ path, pass }: Record<string, string>) => (pass === 'bytecode' ? [path] : []));
  };
  test('stay, go, or stay where a trace tells of them', async () => {
    await writeFile(join(folder, 'used.txt'), "# code object from '/app/__pycache__/main.cpython-311.pyc'\n");
    await writeFile(join(folder, 'other.txt'), '/app/other.py\n');
    const bytecode = ['app/__pycache__/main.cpython-311.pyc'];
    expect(await removed([])).toEqual([]);
    expect(await removed(['--bytecode', 'all'])).toEqual([]);
    expect(await removed(['--bytecode', 'none'])).toEqual(bytecode);
    expect(await removed(['--smallest'])).toEqual(bytecode);
    expect(await removed(['--trace', 'used.txt'])).toEqual([]);
    expect(await removed(['--bytecode', 'traced', '--trace', 'other.txt'])).toEqual(bytecode);
  });
  test('the report says how many a trace tells of', async () => {
    await writeFile(join(folder, 'two.txt'), '/app/other.py\n/app/main.py\n');
    expect((await shrink(['--dry-run', '--trace', 'two.txt'])).stdout).toContain(
      'what a start loads: 2 modules.',
    );
  });
  test.each<[reason: string, args: readonly string[], message: RegExp]>([
    ['a trace without modules', ['--trace', 'fat.tar'], /names no module/],
    ['a trace that is not there', ['--trace', 'gone.txt'], /--trace gone.txt cannot be read/],
    ['an image that no engine holds', ['--bytecode', 'traced'], /no engine holds/],
    ['two answers', ['--smallest', '--bytecode', 'all'], /--smallest/],
    ['a trace for nothing', ['--bytecode', 'none', '--trace', 'used.txt'], /--trace/],
    ['a probe without a start', ['--probe', '/x'], /--probe/],
    ['a port that is none', ['--bytecode', 'traced', '--port', '0'], /--port/],
  ])('refuses %s', async (_, args, message) => {
    const { code, stderr } = await shrink(['--dry-run', ...args]);
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
  });
});

describe('the base', () => {
  test('can be given up: then its layers are written anew, too', async () => {
    await shrink(['-o', 'rebased.tar', '--rebase-all']);
    const fat = await digestOf(`docker-archive:${join(folder, 'fat.tar')}`);
    expect((await digestOf(`docker-archive:${join(folder, 'rebased.tar')}`)).split(' ')[0]).not.toBe(
      fat.split(' ')[0],
    );
  });
  test('that is no base is an error', async () => {
    const other = await buildImage({ layers: [[{ path: 'a', content: 'other' }]] });
    await writeDockerArchive(other, join(folder, 'other.tar'));
    const { code, stderr } = await shrink(['--dry-run', '--base', 'other.tar']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('is not the base')]);
  });
});

describe('refuses', () => {
  test.each<[reason: string, args: readonly string[], message: RegExp]>([
    ['no destination', [], /no destination.*\n.*-o lean\.tar/],
    [
      'an authority that is not there',
      ['--dry-run', '--ca-file', 'gone.pem'],
      /--ca-file gone\.pem cannot be read/,
    ],
    ['a dry run with a destination', ['--dry-run', '-o', 'x.tar'], /writes nothing/],
    ['a dry run with a tag', ['--dry-run', '--tag', 'x'], /writes nothing/],
    [
      'standard output, where the report goes',
      ['-o', 'docker-archive:-'],
      /standard output .*\n.*Name a file/,
    ],
    ['standard output for an archive', ['-o', 'oci-archive:-:v1'], /standard output/],
    ['a list on standard output', ['--dry-run', '--manifest', '-'], /standard output/],
    ['a list without a name', ['--dry-run', '--manifest', ''], /--manifest needs the name of a file/],
    ['a destination without a medium', ['-o', 'somewhere'], /does not say what to write/],
    ['a root file system', ['-o', 'dir:root'], /writes images, not dir:/],
    ['a dry run that is to be verified', ['--dry-run', '--verify'], /--verify runs the image/],
    [
      'a probe for nobody',
      ['-o', 'x.tar', '--probe', '/'],
      /--probe and --port have no meaning without --verify/,
    ],
    ['a time-out for nothing', ['-o', 'x.tar', '--start-timeout', '5'], /--start-timeout has no meaning/],
    ['a port that is none', ['-o', 'x.tar', '--verify', '--port', '0'], /--port must be 1/],
    ['a probe that is none', ['-o', 'x.tar', '--verify', '--probe', 'x'], /does not begin with/],
    ['a variable without a value', ['-o', 'x.tar', '--verify', '--env', 'X'], /NAME=value/],
    ['a base and none', ['--dry-run', '--base', 'x.tar', '--rebase-all'], /--base keeps/],
    ['a pass that is none', ['--dry-run', '--skip', 'test'], /Did you mean tests/],
    ['two tags', ['-o', 'oci:two:v1', '--tag', 'v2'], /two tags/],
    ['another compression', ['-o', 'x.tar', '--compression', 'xz'], /xz/],
    ['an empty pattern', ['--dry-run', '--keep', '/'], /--keep/],
    ['a tag that is no reference', ['-o', 'x.tar', '--tag', 'UPPER CASE'], /UPPER CASE/],
  ])('%s', async (_, args, message) => {
    const { code, stderr } = await shrink(args);
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
  });

  test('a folder for temporary files that cannot be made', async () => {
    const { code, stderr } = await shrink(['--dry-run'], {
      PLIMSOLL_CACHE_DIR: join(folder, 'fat.tar/cache'),
    });
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/^error: .*cache\/tmp cannot be made: .*\nhint: Set PLIMSOLL_CACHE_DIR/),
    ]);
  });

  test('to overwrite anything, itself least of all', async () => {
    await copyFile(join(folder, 'fat.tar'), join(folder, 'mine.tar'));
    await mkdir(join(folder, 'full'));
    await writeFile(join(folder, 'full', 'x'), '');
    for (const destination of ['fat.tar', 'mine.tar', 'oci:full']) {
      const { code, stderr } = await shrink(['-o', destination]);
      expect([code, stderr]).toEqual([2, expect.stringMatching(/is there already|is not empty/)]);
    }
  });

  test.each<[reason: string, args: readonly string[], message: RegExp]>([
    ['a layout that holds something', ['-o', 'oci:held'], /held is not empty/],
    ['a place below a file', ['-o', 'fat.tar/lean.tar'], /fat\.tar is no directory/],
    [
      'a trace that is not there',
      ['-o', 'x.tar', '--trace', 'none'],
      /--trace none cannot be read.*\nhint: A trace is/,
    ],
    ['a list that is there', ['--dry-run', '--manifest', 'fat.tar'], /fat\.tar is there already/],
    ['a list in the place of the image', ['-o', 'x.tar', '--manifest', './x.tar'], /Name two files/],
  ])('before it reads anything: %s', async (_, args, message) => {
    await mkdir(join(folder, 'held'), { recursive: true });
    await writeFile(join(folder, 'held', 'x'), '');
    const run = await runProcess(process.execPath, [main, 'shrink', 'missing.tar', ...args], {
      cwd: folder,
      env: { NO_COLOR: '1', PLIMSOLL_CACHE_DIR: join(folder, 'cache') },
    });
    expect([run.code, run.stderr]).toEqual([2, expect.stringMatching(message)]);
  });

  test.skipIf(process.platform !== 'linux')('what the system refuses, as no defect of its own', async () => {
    const { code, stderr } = await shrink(['-o', '/proc/lean.tar']);
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/^error: \/proc\/lean\.tar cannot be written: /),
    ]);
  });

  test('to verify without an engine, before any work is done', async () => {
    const { code, stderr } = await shrink(['-o', 'unproven.tar', '--verify', '--engine', 'docker'], {
      DOCKER_HOST: `unix://${join(folder, 'none.sock')}`,
    });
    expect([code, stderr]).toEqual([2, expect.stringContaining('Docker cannot be used here')]);
    expect(await readdir(folder)).not.toContain('unproven.tar');
  });

  test('a time that is none', async () => {
    const { code, stderr } = await shrink(['--dry-run'], { SOURCE_DATE_EPOCH: 'today' });
    expect([code, stderr]).toEqual([2, expect.stringContaining('SOURCE_DATE_EPOCH')]);
  });

  test('an image for Windows', async () => {
    const platform = { os: 'windows', architecture: 'amd64' };
    const windows = await buildImage({ layers: [[{ path: 'Files/a', content: 'x' }]], config: { platform } });
    await writeDockerArchive(windows, join(folder, 'windows.tar'));
    const run = await runProcess(process.execPath, [main, 'shrink', 'windows.tar', '-q', '--dry-run'], {
      cwd: folder,
      env: { NO_COLOR: '1', PLIMSOLL_CACHE_DIR: join(folder, 'cache') },
    });
    expect([run.code, run.stderr]).toEqual([2, expect.stringContaining('an image for windows')]);
  });

  test('a damaged layer, and leaves nothing behind', async () => {
    const bytes = await readFile(join(folder, 'fat.tar'));
    const at = bytes.indexOf('print(1)');
    bytes.write('PRINT(1)', at);
    await writeFile(join(folder, 'damaged.tar'), bytes);
    const run = await runProcess(
      process.execPath,
      [main, 'shrink', 'damaged.tar', '-q', '-o', 'from-damaged.tar'],
      {
        cwd: folder,
        env: { NO_COLOR: '1', PLIMSOLL_CACHE_DIR: join(folder, 'cache') },
      },
    );
    expect([run.code, run.stderr]).toEqual([2, expect.stringMatching(/does not have its digest/)]);
    expect(await readdir(folder)).not.toContain('from-damaged.tar');
    expect(await readdir(join(folder, 'cache', 'tmp'))).toEqual([]);
  });
});
