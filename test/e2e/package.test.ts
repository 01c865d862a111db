import { execFile, execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runProcess } from '../../src/base/index.ts';
import { buildImage, writeDockerArchive } from '../../src/image/index.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));
let directory: string;
/** The machine's own Node, where it is too old: npm's scripts put the one of the package before it. */
const olderNode = ['/usr/local/bin/node', '/usr/bin/node'].find((path) => {
  const major = existsSync(path)
    ? /^v(\d+)/.exec(execFileSync(path, ['--version'], { encoding: 'utf8' }))
    : null;
  return major !== null && Number(major[1]) < 22;
});

/** Runs the command line of the unpacked package, as `npx plimsoll` would. */
async function plimsoll(...words: string[]): Promise<string> {
  const env = { ...process.env, PLIMSOLL_CACHE_DIR: join(directory, 'cache'), NODE_COMPILE_CACHE: '' };
  const { stdout } = await run(process.execPath, [join(directory, 'package/dist/cli/main.js'), ...words], {
    env,
  });
  return stdout;
}

describe('the package as npm packs it', () => {
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'plimsoll-package-'));
    await run('npm', ['pack', '--pack-destination', directory], { cwd: root });
    const [archive] = await readdir(directory);
    await run('tar', ['-xf', join(directory, archive ?? ''), '-C', directory]);
    await symlink(join(root, 'node_modules'), join(directory, 'package/node_modules'));
  }, 120_000);

  afterAll(async () => {
    await rm(directory, { recursive: true, force: true });
  });

  test('has the command line in few files, with the licences of what is in them', async () => {
    const names = await readdir(join(directory, 'package/dist/cli'));
    expect(names).toContain('main.js');
    expect(names.length).toBeLessThan(160);
    const licences = await readFile(join(directory, 'package/dist/cli/THIRD-PARTY-LICENSES.txt'), 'utf8');
    for (const name of ['commander', 'zod', 'yaml'])
      expect(licences).toMatch(new RegExp(`^${name} \\d`, 'm'));
    expect(licences).toMatch(/Permission is hereby granted/);
  });

  test.each(['20.20.2', '22.17.1', '18.0.0'])('on Node %s it says which one it needs', async (version) => {
    const pretence = `data:text/javascript,${encodeURIComponent(
      `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } });`,
    )}`;
    const program = join(directory, 'package/dist/cli/main.js');
    const { code, stdout, stderr } = await runProcess(process.execPath, ['--import', pretence, program]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toBe(
      `error: Plimsoll needs Node 22.18 or newer; this is ${version}.\nhint: Install a newer one from https://nodejs.org.\n`,
    );
  });

  test('what says so loads nothing that an older Node could not', async () => {
    const code = await readFile(join(directory, 'package/dist/cli/main.js'), 'utf8');
    expect([...code.matchAll(/^(?:import|export) .*$/gm)].map(([line]) => line)).toEqual([
      expect.stringMatching(/^import { readFileSync } from .node:fs.;$/),
    ]);
  });

  test.skipIf(olderNode === undefined)('an older Node that is here gets that far', async () => {
    const program = join(directory, 'package/dist/cli/main.js');
    const { code, stderr } = await runProcess(olderNode ?? '', [program, '--version']);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/^error: Plimsoll needs Node 22\.18 /)]);
  });

  test('tells its version, and audits with its tables and without its sources', async () => {
    const manifest: unknown = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
    expect(manifest).toMatchObject({ version: (await plimsoll('--version')).trim() });
    const image = await buildImage({
      layers: [[{ path: 'var/cache/apt/archives/gcc_12_amd64.deb', content: 'x'.repeat(5000) }]],
    });
    const path = join(directory, 'image.tar');
    await writeDockerArchive(image, path, { tags: ['a:b'] });
    const audit: unknown = JSON.parse(await plimsoll('audit', path, '--json'));
    expect(audit).toMatchObject({
      schema: 'plimsoll.audit/1',
      findings: expect.arrayContaining([expect.objectContaining({ kind: 'package-manager-cache' })]),
    });
  });

  test('remembers an audit, and forgets it with the file', async () => {
    const path = join(directory, 'again.tar');
    const write = async (content: string): Promise<void> => {
      const image = await buildImage({ layers: [[{ path: 'opt/a.log', content }]] });
      await writeDockerArchive(image, path, { tags: ['a:b'] });
    };
    await write('x'.repeat(5000));
    const first = await plimsoll('audit', path, '--json');
    await rm(join(directory, 'cache/layers'), { recursive: true });
    expect(await plimsoll('audit', path, '--json')).toBe(first);
    // Nothing was read for it.
    expect(existsSync(join(directory, 'cache/layers'))).toBe(false);
    await write('x'.repeat(6000));
    expect(JSON.parse(await plimsoll('audit', path, '--json'))).toMatchObject({
      image: { visibleBytes: 6000 },
    });
  });

  test('plans with what lies beside the code: knowledge, scripts, the grammar of Python', async () => {
    const project = join(directory, 'project');
    await mkdir(project);
    await writeFile(
      join(project, 'Dockerfile'),
      'FROM python:3.11\nCOPY . /app\nCMD ["python", "/app/app.py"]\n',
    );
    await writeFile(join(project, 'app.py'), 'import torch\n\nmodel = torch.nn.Linear(1, 1).cuda()\n');
    const report: unknown = JSON.parse(await plimsoll('slim', project, '--no-build', '--json', '--quiet'));
    expect(report).toMatchObject({ schema: 'plimsoll.slim/1' });
    expect(await readFile(join(project, '.plimsoll/lean/Dockerfile'), 'utf8')).toMatch(
      /^FROM python:.*slim/m,
    );
  });
});
