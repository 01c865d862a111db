import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { inject, onTestFinished } from 'vitest';
import { type RunResult, runProcess } from '../../src/base/index.ts';

/** The file that Node runs as `plimsoll`. */
export const cliFile: string = inject('program');

/** How the command line is run. */
export interface CliOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  readonly onLine?: (line: string, stream: 'stdout' | 'stderr') => void;
}

/** Runs `plimsoll` as a user would: a process of its own. */
export async function plimsoll(args: readonly string[], options: CliOptions = {}): Promise<RunResult> {
  return runProcess(process.execPath, [cliFile, ...args], {
    ...options,
    env: cliEnvironment(options.env),
    keepCharacters: 20_000_000,
  });
}

/** What the command line gets besides the environment of this process. */
export function cliEnvironment(env: CliOptions['env'] = {}): Record<string, string> {
  return { NO_COLOR: '1', ...inject('lab')?.environment, ...env };
}

/** An empty folder that goes when the test ends. */
export function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-e2e-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A project folder of its own with the given files; the images made of it go when the test ends. */
export function projectOf(files: Readonly<Record<string, string>>): string {
  const folder = scratch();
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  onTestFinished(() => removeImagesOf(folder));
  return folder;
}

/** A copy of an example project; the images made of it go when the test ends. */
export function exampleCopy(name: string): string {
  return copyOf(join(import.meta.dirname, '..', '..', 'examples', name));
}

/** A copy of a project in `projects/`; the images made of it go when the test ends. */
export function projectCopy(name: string): string {
  return copyOf(join(import.meta.dirname, 'projects', name));
}

function copyOf(source: string): string {
  const folder = join(scratch(), basename(source));
  cpSync(source, folder, {
    recursive: true,
    filter: (path) => !path.includes('.plimsoll'),
  });
  onTestFinished(() => removeImagesOf(folder));
  return folder;
}

/** `--build-arg` options for the lab's package indexes. */
export function labBuildArgs(): string[] {
  return Object.entries(inject('lab')?.buildArgs ?? {}).flatMap(([name, value]) => [
    '--build-arg',
    `${name}=${value}`,
  ]);
}

/** Calls the lab's Docker client and gives what it prints; a failed call fails the test. */
export async function docker(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await runProcess('docker', args, { env: cliEnvironment() });
  if (code !== 0) throw new Error(`docker ${args.join(' ')}: ${stderr}`);
  return stdout.trim();
}

/** The images that `plimsoll slim` has made of a project: `plimsoll/<name>-<digest of its path>:fat` and `:lean`. */
export async function imagesOf(project: string): Promise<string[]> {
  const digest = createHash('sha256').update(project).digest('hex').slice(0, 8);
  const filter = ['--filter', `reference=plimsoll/*-${digest}`, '--format', '{{.Repository}}:{{.Tag}}'];
  return (await docker('image', 'ls', ...filter)).split('\n').filter((name) => name !== '');
}

/** The layers stay in the engine's build cache, so that the next run is quick. */
async function removeImagesOf(project: string): Promise<void> {
  if (inject('lab') === undefined) return;
  const images = await imagesOf(project);
  if (images.length > 0) await docker('image', 'rm', ...images);
}

/** Laid-out build contexts that a run has left in the project; there must never be any. */
export function leftContexts(project: string): string[] {
  const folder = join(project, '.plimsoll');
  return existsSync(folder) ? readdirSync(folder).filter((name) => name.startsWith('context-')) : [];
}

/** The digest of each file of a project, without what Plimsoll and git keep there. */
export function digests(project: string): Record<string, string> {
  const paths = globSync('**', { cwd: project, exclude: (name) => /^\.(?:plimsoll|git)(?:\/|$)/.test(name) });
  const files = paths.filter((path) => statSync(join(project, path)).isFile()).sort();
  const digest = (path: string): string =>
    createHash('sha256')
      .update(readFileSync(join(project, path)))
      .digest('hex');
  return Object.fromEntries(files.map((path) => [path, digest(path)]));
}
