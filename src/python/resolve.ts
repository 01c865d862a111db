import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RunResult, runProcess, UserError } from '../base/index.ts';
import { lastLine } from './find-resolver.ts';
import { readPipReport } from './pip-report.ts';
import { platformTags, type WheelPlatform } from './platform-tags.ts';
import type { PackageIndexes, ResolvedEnvironment, ResolveRequirementsOptions } from './resolution.ts';
import { readUvLock } from './uv-lock.ts';

/**
 * What `pip install` would install in the image, found without installing or building anything
 * (pip: `install --dry-run --report`, https://pip.pypa.io/en/stable/reference/installation-report/; uv: `pip compile`).
 * Only wheels count. Throws a `UserError` with the resolver's own error lines.
 */
export async function resolveRequirements(options: ResolveRequirementsOptions): Promise<ResolvedEnvironment> {
  if (options.requirements.length === 0) return { wheels: [], warnings: [] };
  const { program } = options.resolver;
  const folder = await mkdtemp(join(tmpdir(), 'plimsoll-resolve-'));
  try {
    await writeFile(join(folder, 'requirements.txt'), `${options.requirements.join('\n')}\n`);
    await writeFile(join(folder, 'constraints.txt'), `${(options.constraints ?? []).join('\n')}\n`);
    const output = join(folder, program.tool === 'pip' ? 'report.json' : 'pylock.toml');
    const extra = program.tool === 'pip' ? (options.pipOptions ?? []) : [];
    const whole = options.isComplete === true ? ['--no-deps'] : [];
    const settings = [...whole, ...indexOptions(options.indexes ?? {}), ...extra];
    const args =
      program.tool === 'pip' ? pipArguments(options, folder, output) : uvArguments(options, folder, output);
    const [command = '', ...before] = program.command;
    const result = await runProcess(command, [...before, ...args, ...settings], signalOption(options.signal));
    if (result.code !== 0) throw resolutionError(options, folder, result);
    const text = await readFile(output, 'utf8');
    return program.tool === 'pip' ? readPipReport(text, options) : readUvLock(text, options);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function pipArguments(
  options: ResolveRequirementsOptions,
  folder: string,
  output: string,
): readonly string[] {
  return [
    'install', '--dry-run', '--quiet', '--ignore-installed', '--no-input', '--disable-pip-version-check',
    '--report', output, '--only-binary=:all:', '--target', join(folder, 'target'),
    '--implementation', 'cp', '--python-version', options.pythonVersion,
    ...platformTags(options.platform).flatMap((tag) => ['--platform', tag]),
    '--requirement', join(folder, 'requirements.txt'), '--constraint', join(folder, 'constraints.txt'),
  ]; // biome-ignore format: a command line
}

function uvArguments(options: ResolveRequirementsOptions, folder: string, output: string): readonly string[] {
  return [
    'pip', 'compile', '--quiet', '--format', 'pylock.toml', '--output-file', output, '--only-binary', ':all:',
    '--python-version', options.pythonVersion, '--python-platform', uvPlatform(options.platform),
    // pip looks at every index and takes the best version; uv by default stops at the first index that has the name.
    '--index-strategy', 'unsafe-best-match',
    '--constraint', join(folder, 'constraints.txt'), join(folder, 'requirements.txt'),
  ]; // biome-ignore format: a command line
}

/** The targets that uv knows (`uv help pip compile`, --python-platform). */
const uvGlibcMinors = [40, 39, 38, 37, 36, 35, 34, 33, 32, 31, 28, 17];

function uvPlatform({ architecture, libc, libcMinor }: WheelPlatform): string {
  if (libc === 'musl') return `${architecture}-unknown-linux-musl`;
  return `${architecture}-manylinux_2_${uvGlibcMinors.find((minor) => minor <= libcMinor) ?? 17}`;
}

function indexOptions(indexes: PackageIndexes): readonly string[] {
  return [
    ...(indexes.isWithoutIndex === true ? ['--no-index'] : []),
    ...(indexes.indexUrl === undefined ? [] : ['--index-url', indexes.indexUrl]),
    ...(indexes.extraIndexUrls ?? []).flatMap((url) => ['--extra-index-url', url]),
    ...(indexes.findLinks ?? []).flatMap((place) => ['--find-links', place]),
    ...(indexes.trustedHosts ?? []).flatMap((host) => ['--trusted-host', host]),
    ...(indexes.isPrereleaseAllowed === true ? ['--pre'] : []),
  ];
}

const networkTrouble =
  /NewConnectionError|ConnectTimeout|ReadTimeout|Max retries|name resolution|Name or service not known|failed to fetch|dns error|connection refused|SSLError/i;

/**
 * pip writes what went wrong in lines of this kind, uv in a paragraph behind a cross:
 *
 *     ERROR: Could not find a version that satisfies the requirement torch==9 (from versions: 2.3.0, 2.3.1)
 *       × No solution found when resolving dependencies:
 */
function resolutionError(
  { resolver, requirements }: ResolveRequirementsOptions,
  folder: string,
  result: RunResult,
): UserError {
  const { program, settings } = resolver;
  const lines = result.stderr.split('\n').map((line) => line.trim());
  const errors = lines.filter((line) =>
    program.tool === 'pip' ? line.startsWith('ERROR:') : line !== '' && !/^warning:/i.test(line),
  );
  const quoted =
    errors.length > 0
      ? errors.slice(0, 6).join('\n')
      : (lastLine(result.stderr) ?? `exit code ${result.code}`);
  // The file that it is given is gone by now: `-r /tmp/…/requirements.txt (line 3)` is told by its line.
  const named = quoted
    .replaceAll(`-r ${join(folder, 'requirements.txt')}`, 'requirement')
    .replace(/requirement \(line (\d+)\)/g, (whole, line: string) => requirements[Number(line) - 1] ?? whole)
    .replaceAll(`${folder}/`, '');
  return new UserError(`the requirements cannot be resolved by ${program.command.join(' ')}:\n${named}`, {
    hint: hintFor(result.stderr, settings),
  });
}

// :env:.no-index='1'
const isWithoutIndex = /\.no-index='?(?:1|true|yes|on)\b/i;

function hintFor(stderr: string, settings = ''): string {
  if (isWithoutIndex.test(settings))
    return 'pip is set to ask no package index: unset PIP_NO_INDEX, or `no-index` in its configuration.';
  // An index that lists other versions was reached, whatever became of a second one.
  if (/from versions: (?!none\b)/i.test(stderr))
    return 'Look at the version: the index has others, or has no wheel of it for this Python and platform, only sources.';
  if (networkTrouble.test(stderr))
    return 'The package index could not be reached: look at the network, the proxy and the index URL.';
  if (/ResolutionImpossible|conflicting dependencies|unsatisfiable/i.test(stderr))
    return 'Two requirements contradict each other: loosen one of them.';
  if (/from versions: none|No matching distribution/i.test(stderr))
    return 'Look at the name, the version and the index; it may also have no wheel for this Python and platform, only sources.';
  return 'Run the same installation with pip to see the whole of its messages.';
}

function signalOption(signal: AbortSignal | undefined): { readonly signal?: AbortSignal } {
  return signal === undefined ? {} : { signal };
}
