import { createHash } from 'node:crypto';
import { access, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { formatBytes, UserError } from '../../src/base/index.ts';
import { type Log, mustRun, timed } from './steps.ts';
import { projectOf, type WheelFacts, writeWheelFacts } from './wheel-facts.ts';

/** What is fetched, and where to. */
export interface WheelOptions {
  /** Holds `simple/` (what PyPI would have) and `cpu/` (what PyTorch's own CPU index would have). */
  readonly folder: string;
  /** Requirements files of the projects that are to be built. */
  readonly requirementFiles: readonly string[];
  /** Single requirements beside them, as pip reads them. */
  readonly requirements: readonly string[];
  /** Fetches both builds of torch as well (3 GB). */
  readonly withTorch: boolean;
  readonly log: Log;
}

/**
 * Fetches with the host's pip every wheel that the projects resolve to, unless that was done before.
 * Returns one note for every wheel that the lab had to make itself.
 */
export async function ensureWheels(options: WheelOptions): Promise<string[]> {
  const simple = join(options.folder, 'simple');
  await mkdir(simple, { recursive: true });
  if (options.withTorch) await once(options, 'torch', ['torch'], () => fetchTorch(options));
  const wanted = [...options.requirements, 'pip', 'setuptools', 'wheel', 'packaging'];
  for (const file of options.requirementFiles) {
    const texts = await requirementTexts(file);
    await once(options, file, texts, () => download(simple, ['-r', file], simple));
  }
  await once(options, 'single requirements', wanted, () => download(simple, wanted, simple));
  const names = await readdir(simple);
  return names.some((name) => projectOf(name) === missingProject) && options.withTorch
    ? [emptyWheelNote]
    : [];
}

const missingProject = 'cuda-bindings';
const emptyWheelNote = `${missingProject} is an empty wheel made by the lab: torch asks for it, and it is not to be had here.`;

/** Does a download unless it has succeeded before with the same input. */
async function once(
  options: WheelOptions,
  title: string,
  input: readonly string[],
  step: () => Promise<void>,
): Promise<void> {
  const digest = createHash('sha256').update(JSON.stringify(input)).digest('hex').slice(0, 16);
  const marker = join(options.folder, `done-${digest}`);
  if (await isThere(marker)) return;
  await timed(options.log, `Fetching the wheels of ${title}`, step);
  await writeWheelFacts(join(options.folder, 'simple'));
  await writeFile(marker, `${title}\n`);
}

/** The text of a requirements file and of all that it includes (`-r FILE`). */
async function requirementTexts(file: string): Promise<string[]> {
  const text = await readFile(file, 'utf8');
  const included = [...text.matchAll(/^\s*(?:-r|--requirement)[ =]\s*(\S+)/gm)].map(
    (match) => match[1] ?? '',
  );
  const texts = await Promise.all(included.map((name) => requirementTexts(join(dirname(file), name))));
  return [text, ...texts.flat()];
}

async function download(into: string, what: readonly string[], findLinks: string): Promise<void> {
  await mustRun(
    'python3',
    [
      ...['-m', 'pip', 'download', '--retries', '0', '--disable-pip-version-check', '--only-binary=:all:'],
      ...['--python-version', '3.11', '--dest', into, '--find-links', findLinks, ...what],
    ],
    {
      hint: 'The lab serves what the host’s pip can get: `python3 -m pip download` must work for these requirements.',
    },
  );
}

/** Both builds of torch: the CUDA one with its libraries among the rest, the CPU one in a folder of its own. */
async function fetchTorch(options: WheelOptions): Promise<void> {
  const simple = join(options.folder, 'simple');
  const cpu = join(options.folder, 'cpu');
  await mkdir(cpu, { recursive: true });
  await download(simple, ['--no-deps', 'torch'], simple);
  await standInForMissing(simple);
  await download(simple, ['torch'], simple);
  await download(cpu, [`torch==${await newestCpuBuild()}`], simple);
  const facts = await writeWheelFacts(cpu);
  options.log(`The CPU index holds ${describe(facts)}.`);
}

function describe(facts: Readonly<Record<string, WheelFacts>>): string {
  const torch = Object.entries(facts).find(([name]) => projectOf(name) === 'torch');
  return torch
    ? `${torch[0].split('-').slice(0, 2).join(' ')} (${formatBytes(torch[1].sizeBytes)})`
    : 'no torch';
}

/** Makes an empty wheel in the version that torch asks for, when the host's pip cannot get a real one. */
async function standInForMissing(simple: string): Promise<void> {
  const facts = await writeWheelFacts(simple);
  const requirement = Object.entries(facts)
    .filter(([name]) => projectOf(name) === 'torch')
    .flatMap(([, torch]) => torch.requires)
    .find((line) => line.startsWith(missingProject));
  if (requirement === undefined) return;
  const specifier = requirement.split(';')[0]?.trim() ?? missingProject;
  const isReal = await download(simple, ['--no-deps', specifier], simple).then(
    () => true,
    () => false,
  );
  if (isReal) return;
  // `cuda-bindings<14,>=13.0.3`: the lowest version allowed.
  const version = /(?:>=|==|~=)\s*([\w.]+)/.exec(specifier)?.[1];
  if (version === undefined)
    throw new UserError(`torch asks for ${specifier}; no version can be read from it.`);
  const script = fileURLToPath(new URL('empty-wheel.py', import.meta.url));
  const summary = 'Empty stand-in made by the Plimsoll lab; the real wheel is not to be had here';
  await mustRun('python3', [script, simple, missingProject, version, summary]);
}

/** The newest version of torch with the local label `+cpu` that the host's pip knows. */
async function newestCpuBuild(): Promise<string> {
  const listed = await mustRun('python3', ['-m', 'pip', 'index', 'versions', '--retries', '0', 'torch']);
  const version = /[\w.]+\+cpu/.exec(listed.stdout)?.[0];
  if (version !== undefined) return version;
  throw new UserError('The host’s pip knows no CPU build of torch (a version that ends in +cpu).', {
    hint: 'Add one to the folder or index that pip is configured with.',
  });
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
