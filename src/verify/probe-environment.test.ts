import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runProcess } from '../base/index.ts';
import { environment } from './fixtures/environments.ts';
import { fakeEngine, packAnswer } from './fixtures/fake-engine.ts';
import { writeElf } from './fixtures/write-elf.ts';
import {
  dependencyConflicts,
  type Environment,
  environmentScript,
  parseEnvironment,
  probeEnvironment,
  pythonCandidates,
} from './index.ts';

const hasPython = process.platform === 'linux' && spawnSync('python3', ['--version']).status === 0;
const root = mkdtempSync(join(tmpdir(), 'verify-environment-'));
const site = join(root, 'site-packages');
afterAll(() => rmSync(root, { recursive: true, force: true }));

function write(path: string, content: string | Buffer): void {
  mkdirSync(dirname(join(site, path)), { recursive: true });
  writeFileSync(join(site, path), content);
}

function writeSitePackages(): void {
  write('good.py', 'import json\n');
  write(
    'noisy.py',
    'import os, sys\nprint("on stdout")\nprint("No CUDA", file=sys.stderr)\nos.write(2, b"from C\\n")\n',
  );
  write(
    'graphics/__init__.py',
    'raise ImportError("libGL.so.1: cannot open shared object file: No such file or directory")\n',
  );
  write('lazy/__init__.py', 'def __getattr__(name):\n    from lazy import missing_part\n');
  write(
    'wrapped.py',
    'try:\n    import absent.deep\nexcept ImportError as error:\n    raise RuntimeError("could not load") from error\n',
  );
  write('crash.py', 'import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)\n');
  write('leaves.py', 'import os\nos._exit(3)\n');
  write('hangs.py', 'import time\ntime.sleep(600)\n');
  write('exits.py', 'raise SystemExit(4)\n');
  write('native/plain.so', writeElf({ needed: ['libc.so.6', 'libabsent.so.9'] }));
  write(
    'native/beside.so',
    writeElf({ needed: ['libbundled-1a2b.so.1'], runpath: '$ORIGIN/../native.libs' }),
  );
  write(
    'native/old-rpath.so',
    writeElf({ needed: ['libchained.so'], rpath: ['$', '{ORIGIN}/../native.libs'].join('') }),
  );
  write('native/loose.so', writeElf({ needed: ['libbundled-1a2b.so.1'] }));
  write(
    'native/newer.so',
    writeElf({ needed: ['libc.so.6'], wants: { soname: 'libc.so.6', version: 'GLIBC_9.99' } }),
  );
  write('native.libs/libbundled-1a2b.so.1', writeElf({ needed: [], soname: 'libbundled-1a2b.so.1' }));
  write('native.libs/libchained.so', writeElf({ needed: ['libbundled-1a2b.so.1'] }));
  // Outside of site-packages, as system libraries are: found by the DT_RPATH of what needs them, directly or not.
  write('../outside/libmiddle.so', writeElf({ needed: ['libdeep.so'] }));
  write('../outside/libdeep.so', writeElf({ needed: [] }));
  write('../outside/libholed.so', writeElf({ needed: ['libnowhere.so.2'] }));
  write('native/chain.so', writeElf({ needed: ['libmiddle.so'], rpath: '$ORIGIN/../../outside' }));
  write('native/through.so', writeElf({ needed: ['libholed.so'], runpath: '$ORIGIN/../../outside' }));
  write('native/script.so', 'INPUT(libfoo.a)\n');
  write('native/broken.so', Buffer.from('\x7fELF\x02\x01\x01 and no more', 'latin1'));
  const metadata =
    'Metadata-Version: 2.1\nName: Graphics_Kit\nVersion: 1.2\nRequires-Dist: numpy (>=1.0)\nRequires-Dist: tests; extra == "dev"\n';
  write('graphics_kit-1.2.dist-info/METADATA', metadata);
  write('graphics_kit-1.2.dist-info/RECORD', 'graphics/__init__.py,,\nnative/plain.so,,\n"good.py",,\n');
}

async function ask(
  imports: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Environment> {
  const input = await environmentScript({ imports, importSeconds: 2 });
  // -S leaves out the site-packages of the machine's own Python.
  const run = await runProcess('python3', ['-S', '-'], {
    input,
    env: { PYTHONPATH: site, ...env },
    cwd: root,
  });
  const answer = parseEnvironment(run.stdout);
  if (typeof answer === 'string') throw new Error(`${answer}\n${run.stderr}`);
  return answer;
}

describe.skipIf(!hasPython)('the environment script under a real Python', () => {
  let seen: Environment;
  const statements = [
    'import good',
    'import noisy',
    'import graphics',
    'from lazy import Model',
    'import wrapped',
    'import crash',
    'import leaves',
    'import hangs',
    'import exits',
    'from . import relative',
    'open("/tmp/x", "w")',
    'import json as j, os.path',
  ];
  beforeAll(async () => {
    writeSitePackages();
    seen = await ask(statements);
  });

  it('answers every statement, in order, whatever the ones before did', () => {
    expect(seen.imports.map((one) => [one.statement, one.outcome])).toEqual([
      ['import good', 'ok'],
      ['import noisy', 'ok'],
      ['import graphics', 'failed'],
      ['from lazy import Model', 'failed'],
      ['import wrapped', 'failed'],
      ['import crash', 'crashed'],
      ['import leaves', 'crashed'],
      ['import hangs', 'timeout'],
      ['import exits', 'failed'],
      ['from . import relative', 'failed'],
      ['open("/tmp/x", "w")', 'failed'],
      ['import json as j, os.path', 'ok'],
    ]);
  });

  it('tells what is missing and whose file said so', () => {
    const errorOf = (statement: string) => seen.imports.find((one) => one.statement === statement)?.error;
    expect(errorOf('import graphics')).toMatchObject({
      type: 'ImportError',
      missingLibrary: 'libGL.so.1',
      distribution: 'Graphics_Kit',
    });
    expect(errorOf('import wrapped')).toMatchObject({ type: 'RuntimeError', missingModule: 'absent' });
    expect(errorOf('import crash')?.message).toBe('the interpreter was ended by SIGSEGV');
    expect(errorOf('import leaves')?.message).toBe('the interpreter exited with code 3');
    expect(errorOf('open("/tmp/x", "w")')?.message).toBe('not an absolute import statement');
  });

  it('captures what an import prints, from Python and from C', () => {
    const noisy = seen.imports.find((one) => one.statement === 'import noisy');
    expect(noisy?.output?.split('\n').sort()).toEqual(['', 'No CUDA', 'from C', 'on stdout']);
    expect(seen.imports[0]?.output).toBe('');
  });

  it('finds libraries as the dynamic linker does', () => {
    const lacking = seen.libraries.lacking.filter((one) => one.library.startsWith('native'));
    expect(lacking.map((one) => [one.library, one.soname, one.version, one.state])).toEqual([
      ['native/loose.so', 'libbundled-1a2b.so.1', null, 'elsewhere'],
      ['native/newer.so', 'libc.so.6', 'GLIBC_9.99', 'missing'],
      ['native/plain.so', 'libabsent.so.9', null, 'missing'],
      ['native/through.so', 'libnowhere.so.2', null, 'missing'],
      ['native.libs/libchained.so', 'libbundled-1a2b.so.1', null, 'elsewhere'],
    ]);
    expect(lacking.find((one) => one.soname === 'libabsent.so.9')?.distribution).toBe('Graphics_Kit');
    const through = lacking.find((one) => one.library === 'native/through.so')?.through;
    expect(through).toBe(join(root, 'outside/libholed.so'));
    expect(seen.libraries.paths).not.toContain('native/script.so');
  });

  it('looks into LD_LIBRARY_PATH', async () => {
    const again = await ask([], { LD_LIBRARY_PATH: join(site, 'native.libs') });
    expect(again.libraries.lacking.map((one) => one.library)).not.toContain('native/loose.so');
  });

  it('lists distributions with what they require, and says who is who', () => {
    const found = seen.distributions.find((one) => one.name === 'Graphics_Kit');
    expect(found).toEqual({
      name: 'Graphics_Kit',
      version: '1.2',
      requires: ['numpy (>=1.0)', 'tests; extra == "dev"'],
    });
    expect(seen.modules).toMatchObject({ graphics: 'Graphics_Kit', good: 'Graphics_Kit' });
    expect(dependencyConflicts(seen).conflicts.map((one) => one.text)).toEqual([
      'Graphics_Kit 1.2 requires numpy, which is not installed.',
    ]);
    expect(seen.markers).toMatchObject({ sys_platform: 'linux', os_name: 'posix' });
    expect(seen.user.uid).toBe(process.getuid?.());
  });
});

describe('asking an image', () => {
  const options = { question: { imports: [], importSeconds: 1 }, timeoutSeconds: 5 };
  const ofImage = async (engine: ReturnType<typeof fakeEngine>) => {
    const built = await engine.inspect('image');
    if (built === undefined) throw new Error('no image');
    return await probeEnvironment({ engine, image: 'image', config: built.config, ...options });
  };

  it('reads the answer out of other output', async () => {
    const reading = await ofImage(fakeEngine({ image: { environment: environment() } }));
    expect(reading).toMatchObject({ kind: 'read', environment: environment() });
  });

  it('says so where there is no Python', async () => {
    const reading = await ofImage(fakeEngine({ image: {} }));
    expect(reading).toMatchObject({
      kind: 'no-python',
      detail: expect.stringContaining('executable file not found'),
    });
  });

  it('says so where the answer is cut or damaged', () => {
    expect(parseEnvironment('nothing here')).toBe('it printed no answer');
    const whole = packAnswer(environment());
    expect(parseEnvironment(whole.slice(0, 60))).toBe('it printed no answer');
    expect(parseEnvironment(whole.replace(/[A-Za-z0-9+/]{40}=*\n-----END/, '\n-----END'))).toMatch(
      /damaged|no answer/,
    );
  });

  it.each([
    [[], ['uvicorn', 'app:app'], ['python3', 'python'], 'PATH decides'],
    [
      [],
      ['/opt/venv/bin/uvicorn', 'app:app'],
      ['/opt/venv/bin/python3', '/opt/venv/bin/python', 'python3', 'python'],
      'the venv of the program',
    ],
    [['python3.11'], ['-m', 'app'], ['python3.11', 'python3', 'python'], 'named outright'],
    [['/usr/bin/tini', '--'], ['python', 'app.py'], ['python', 'python3'], 'a system program proves nothing'],
    [
      ['/bin/sh', '-c'],
      ['exec /opt/venv/bin/gunicorn app'],
      ['/opt/venv/bin/python3', '/opt/venv/bin/python', 'python3', 'python'],
      'shell form',
    ],
    [
      [],
      ['poetry', 'run', 'gunicorn', 'app:app'],
      ['poetry run python', 'python3', 'python'],
      'Poetry knows its environment',
    ],
    [
      ['/bin/sh', '-c'],
      ['exec pdm run python -m app'],
      ['pdm run python', 'python', 'python3'],
      'the Python of PDM before the one of PATH',
    ],
    [
      ['conda', 'run', '--no-capture-output', '-n', 'geo', 'gunicorn'],
      ['geo:app'],
      ['conda run --no-capture-output -n geo python', 'python3', 'python'],
      'an environment of conda by its name',
    ],
    [
      [],
      ['uv', 'run', '--frozen', 'uvicorn', 'app:app'],
      ['uv run --no-sync python', 'python3', 'python'],
      'uv would install first, without a network',
    ],
    [[], ['npm', 'run', 'start'], ['python3', 'python'], 'no launcher of Python'],
  ])('of %j %j tries %j: %s', async (entrypoint, cmd, expected) => {
    const built = await fakeEngine({ image: {} }).inspect('image');
    if (built === undefined) throw new Error('no image');
    const candidates = pythonCandidates({ ...built.config, entrypoint, cmd });
    expect(candidates.map((words) => words.join(' '))).toEqual(expected);
  });
});
