import { spawnSync } from 'node:child_process';
import { chmod, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runProcess } from '../base/index.ts';
import { resolverPrograms } from './find-resolver.ts';
import {
  findResolver,
  NoResolverError,
  platformTags,
  type ResolverProgram,
  readPipReport,
  readUvLock,
  resolveRequirements,
} from './index.ts';

const hasPip = spawnSync('python3', ['-m', 'pip', '--version']).status === 0;

const target = {
  pythonVersion: '3.11',
  platform: { architecture: 'x86_64', libc: 'glibc', libcMinor: 36 },
} as const;

const wheel = (name: string, requires: readonly string[] = [], extras: readonly string[] = []): object => ({
  download_info: { url: `https://files.example/${name}.whl`, archive_info: {} },
  is_direct: false,
  requested: extras.length > 0,
  requested_extras: extras,
  metadata: { name, version: '1.0', requires_dist: requires },
});

// As pip 23.2 writes it for `uvicorn[standard]`, shortened.
const report = JSON.stringify({
  version: '1',
  pip_version: '23.2.1',
  install: [
    wheel(
      'uvicorn',
      ['click>=7.0', 'uvloop>=0.15; (sys_platform != "win32") and extra == "standard"', 'h11'],
      ['standard'],
    ),
    wheel('Click', ['colorama; platform_system == "Windows"']),
    wheel('uvloop'),
    wheel('h11'),
  ],
  environment: { python_version: '3.11', sys_platform: 'linux', platform_machine: 'x86_64' },
});

/** A program that behaves as pip or uv does where the resolver looks at it. */
async function program(tool: 'pip' | 'uv', script: string, settings = ''): Promise<ResolverProgram> {
  const path = join(await mkdtemp(join(tmpdir(), 'resolver-')), tool);
  await writeFile(
    path,
    `#!/bin/sh\nif [ "$1" = --version ]; then echo "${tool} 25.1 from /x"; exit; fi\n` +
      `if [ "$1" = config ]; then echo "${settings}"; exit; fi\n${script}\n`,
  );
  await chmod(path, 0o755);
  return { tool, command: [path] };
}

describe('resolveRequirements', () => {
  it('calls pip for the target and reads its report', async () => {
    const pip = await program(
      'pip',
      `for word; do [ "$before" = --report ] && out=$word; [ "$before" = --requirement ] && grep -q 'uvicorn\\[standard\\]' "$word" || :; before=$word; done
case "$*" in *"--dry-run"*"--python-version 3.11"*"--platform manylinux_2_36_x86_64"*"--index-url https://a/simple"*"--retries 0"*) ;; *) echo "ERROR: $*" >&2; exit 1;; esac
cat > "$out" <<'END'\n${report}\nEND`,
    );
    const resolved = await resolveRequirements({
      ...target,
      requirements: ['uvicorn[standard]'],
      indexes: { indexUrl: 'https://a/simple' },
      pipOptions: ['--retries', '0'],
      resolver: await findResolver([{ tool: 'pip', command: ['no-such-pip'] }, pip]),
    });
    expect(resolved.wheels.map((one) => one.name)).toEqual(['click', 'h11', 'uvicorn', 'uvloop']);
  });

  it.each(['pip', 'uv'] as const)('adds nothing to a complete list, with %s', async (tool) => {
    const answer = program(tool, 'echo "ERROR: $*" >&2; exit 1').then((one) => findResolver([one]));
    const asked = { ...target, requirements: ['uvicorn==1.0'], resolver: await answer };
    await expect(resolveRequirements({ ...asked, isComplete: true })).rejects.toThrow(/ --no-deps\b/);
    await expect(resolveRequirements(asked)).rejects.not.toThrow(/ --no-deps\b/);
  });

  it.each([
    [
      'no wheel',
      'ERROR: Could not find a version that satisfies the requirement torch==9 (from versions: none)\nERROR: No matching distribution found for torch==9',
      /no wheel for this Python/,
    ],
    [
      'no network',
      "WARNING: Retrying after connection broken by 'NewConnectionError()'\nERROR: No matching distribution found for torch",
      /network/,
    ],
    [
      'a version that an index lacks while another is out of reach',
      "WARNING: Retrying after connection broken by 'NewConnectionError()'\nERROR: Could not find a version that satisfies the requirement torch==9 (from versions: 2.3.0, 2.3.1)\nERROR: No matching distribution found for torch==9",
      /the index has others/,
    ],
    [
      'a conflict',
      'ERROR: Cannot install a and b because these package versions have conflicting dependencies.',
      /contradict/,
    ],
  ])('quotes pip on %s', async (_, stderr, hint) => {
    const pip = await program('pip', `cat >&2 <<'END'\n${stderr}\nEND\nexit 1`);
    const resolver = await findResolver([pip]);
    const failure = await resolveRequirements({ ...target, requirements: ['torch'], resolver }).catch(
      (e) => e,
    );
    expect(failure.message).toContain(stderr.split('\n').at(-1));
    expect(failure.message).not.toContain('WARNING');
    expect(failure.hint).toMatch(hint);
  });

  it('names requirements by their text, and not by the line of a file that is gone', async () => {
    const pip = await program(
      'pip',
      'while [ "$1" != --requirement ]; do shift; done\necho "ERROR: Cannot install -r $2 (line 2) and lxml because these package versions have conflicting dependencies." >&2; exit 1',
    );
    const resolver = await findResolver([pip]);
    await expect(
      resolveRequirements({ ...target, requirements: ['torch', 'unstructured==0.16'], resolver }),
    ).rejects.toThrow('Cannot install unstructured==0.16 and lxml because');
  });

  it('says that pip is told to ask no index, whatever else went wrong', async () => {
    const stderr = 'ERROR: No matching distribution found for torch';
    const pip = await program('pip', `echo '${stderr}' >&2; exit 1`, ":env:.no-index='1'");
    const resolver = await findResolver([pip]);
    await expect(resolveRequirements({ ...target, requirements: ['torch'], resolver })).rejects.toMatchObject(
      {
        hint: expect.stringContaining('PIP_NO_INDEX'),
      },
    );
  });

  it('tells when neither pip nor uv is there, and what is too old', async () => {
    const old = join(await mkdtemp(join(tmpdir(), 'resolver-')), 'pip');
    await writeFile(old, '#!/bin/sh\necho "pip 20.0.2 from /x (python 3.8)"\n');
    await chmod(old, 0o755);
    const failing = findResolver([
      { tool: 'pip', command: [old] },
      { tool: 'uv', command: ['no-such-uv'] },
    ]);
    await expect(failing).rejects.toThrow(NoResolverError);
    await expect(failing).rejects.toThrow('20.0 is too old');
  });

  it('asks a second pip for its version alone, and takes it where it downloads no wheels to resolve', async () => {
    const first = await program('pip', '', 'of the first');
    const second = await program('pip', '', 'of the second');
    const found = await findResolver([first, { ...second, versionCommand: ['echo', 'pip 25.3 from /y'] }]);
    expect(found).toMatchObject({ program: first, version: 'pip 25.1 from /x', settings: 'of the first\n' });
    const newer = { ...second, versionCommand: ['echo', 'pip 26.2 from /y'] };
    expect(await findResolver([first, newer])).toEqual({
      program: newer,
      version: 'pip 26.2 from /y',
      settings: 'of the second\n',
    });
  });

  it.skipIf(!hasPip)('learns the version of Python’s pip as pip tells it', async () => {
    const [pip] = resolverPrograms.filter(({ versionCommand }) => versionCommand !== undefined);
    const [command = '', ...words] = pip?.versionCommand ?? [];
    const quick = await runProcess(command, words);
    const own = await runProcess('python3', ['-m', 'pip', '--version']);
    expect(quick).toEqual({ ...own, stderr: '' });
  });
});

describe('readPipReport', () => {
  it('names who asks for whom, through extras', () => {
    const { wheels, warnings } = readPipReport(report, target);
    expect(wheels).toContainEqual({
      name: 'uvicorn',
      version: '1.0',
      url: 'https://files.example/uvicorn.whl',
      requires: ['click', 'h11', 'uvloop'],
      requestedBy: [],
    });
    expect(wheels.find((one) => one.name === 'uvloop')?.requestedBy).toEqual(['uvicorn']);
    expect(warnings).toEqual([]);
  });

  it('warns where pip evaluated markers for another Python or system', () => {
    const foreign = report.replace('"linux"', '"darwin"').replace('"3.11"', '"3.13"');
    expect(readPipReport(foreign, target).warnings[0]).toContain(
      'Python 3.13 instead of 3.11, system darwin',
    );
  });

  it.each([
    ['no JSON', ''],
    ['another version', report.replace('"version":"1"', '"version":"2"')],
    ['no install list', '{"version":"1"}'],
  ])('refuses %s', (_, text) => {
    expect(() => readPipReport(text, target)).toThrow(/report of pip/);
  });
});

describe('readUvLock', () => {
  const lock = (files: readonly string[]): string =>
    `lock-version = "1.0"\n[[packages]]\nname = "numpy"\nversion = "2.1.0"\nwheels = [${files
      .map((file) => `{ url = "https://h/${file}" }`)
      .join(', ')}]\n`;
  const many = 'numpy-2.1.0-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl';

  it.each([
    ['this Python and system', [many, 'numpy-2.1.0-cp312-cp312-manylinux_2_17_x86_64.whl'], many],
    [
      'the newest C library that fits',
      [many, 'numpy-2.1.0-cp311-cp311-manylinux_2_28_x86_64.whl'],
      'numpy-2.1.0-cp311-cp311-manylinux_2_28_x86_64.whl',
    ],
    [
      'the stable interface',
      ['numpy-2.1.0-cp38-abi3-manylinux_2_17_x86_64.whl', 'numpy-2.1.0-cp311-cp311-win_amd64.whl'],
      'numpy-2.1.0-cp38-abi3-manylinux_2_17_x86_64.whl',
    ],
    ['pure Python', ['numpy-2.1.0-py3-none-any.whl'], 'numpy-2.1.0-py3-none-any.whl'],
  ])('takes the wheel for %s', (_, files, expected) => {
    expect(readUvLock(lock(files), target).wheels[0]?.url).toBe(`https://h/${expected}`);
  });

  it('refuses a package without a wheel that fits', () => {
    expect(() => readUvLock(lock(['numpy-2.1.0-cp311-cp311-musllinux_1_2_x86_64.whl']), target)).toThrow(
      'numpy 2.1.0',
    );
  });
});

describe('platformTags', () => {
  it.each([
    [
      { architecture: 'x86_64', libc: 'glibc', libcMinor: 18 },
      'manylinux_2_18_x86_64 manylinux_2_17_x86_64 manylinux2014_x86_64',
    ],
    [
      { architecture: 'aarch64', libc: 'glibc', libcMinor: 17 },
      'manylinux_2_17_aarch64 manylinux2014_aarch64 linux_aarch64',
    ],
    [
      { architecture: 'x86_64', libc: 'musl', libcMinor: 2 },
      'musllinux_1_2_x86_64 musllinux_1_1_x86_64 linux_x86_64',
    ],
  ] as const)('lists them best first', (platform, expected) => {
    expect(platformTags(platform).slice(0, 3).join(' ')).toBe(expected);
  });
});
