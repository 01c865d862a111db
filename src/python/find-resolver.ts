import { messageOf, type RunResult, runProcess, UserError } from '../base/index.ts';

/** A program that resolves requirements, and how it is called. */
export interface ResolverProgram {
  readonly tool: 'pip' | 'uv';
  /** `['python3', '-m', 'pip']`. */
  readonly command: readonly string[];
}

/** A program that runs, and what its answers depend on besides the question. */
export interface FoundResolver {
  readonly program: ResolverProgram;
  /** As it tells it: `pip 23.2.1 from /usr/lib/python3/dist-packages/pip (python 3.11)`. */
  readonly version: string;
  /** pip: its settings from files and the environment, as `pip config list` prints them; undefined where it does not tell (uv). */
  readonly settings: string | undefined;
  /** Set where it may download every wheel whole only to resolve: one sentence that says so. */
  readonly cost?: string;
}

/** Tried in this order; the first that runs and reads metadata alone is used, else the first that runs. */
export const resolverPrograms: readonly ResolverProgram[] = [
  { tool: 'pip', command: ['pip'] },
  { tool: 'pip', command: ['python3', '-m', 'pip'] },
  { tool: 'uv', command: ['uv'] },
];

/** That no resolver could be started: a `UserError` of its own, so that a caller can go on without. */
export class NoResolverError extends UserError {}

/**
 * The first of the programs (default: pip, `python3 -m pip`, uv) that runs, is new enough and downloads no wheels to resolve; else the first
 * that runs. Throws a `NoResolverError` where none does.
 */
export async function findResolver(
  programs: readonly ResolverProgram[] = resolverPrograms,
  signal?: AbortSignal,
): Promise<FoundResolver> {
  const options = signal === undefined ? {} : { signal };
  const tried: string[] = [];
  let costly: FoundResolver | undefined;
  for (const program of programs) {
    const [command = '', ...before] = program.command;
    const [answer, settings] = await Promise.all([
      runProcess(command, [...before, '--version'], options).catch(messageOf),
      program.tool === 'pip'
        ? runProcess(command, [...before, 'config', 'list'], options).catch(() => undefined)
        : undefined,
    ]);
    signal?.throwIfAborted();
    const problem = typeof answer === 'string' ? answer : versionProblem(program, answer);
    if (problem === undefined && typeof answer !== 'string') {
      const version = answer.stdout.trim();
      const found = { program, version, settings: settings?.code === 0 ? settings.stdout : undefined };
      const cost = costOf(found);
      if (cost === undefined) return found;
      costly ??= { ...found, cost };
      continue;
    }
    tried.push(`${program.command.join(' ')}: ${problem}`);
  }
  if (costly !== undefined) return costly;
  throw new NoResolverError(`no program resolves Python requirements here (${tried.join('; ')})`, {
    hint: 'Install pip 22.2 or later, or uv 0.7 or later.',
  });
}

/** Measured: `install --dry-run` of pip 23.2 fetches every wheel whole, that of 26.2 their metadata alone (pypa/pip#12603). */
function costOf({ program, version }: FoundResolver): string | undefined {
  const major = Number(/^pip (\d+)\./.exec(version)?.[1]);
  if (program.tool !== 'pip' || major >= 26) return undefined;
  const name = /^pip [\d.]+/.exec(version)?.[0] ?? 'this pip';
  return `${name} may download every wheel whole to resolve the requirements: pip 26 and uv read their metadata alone`;
}

// pip 23.2.1 from /usr/lib/python3/dist-packages/pip (python 3.11)
// uv 0.8.4 (a3b2c1 2025-07-31)
function versionProblem(program: ResolverProgram, result: RunResult): string | undefined {
  if (result.code !== 0) return lastLine(result.stderr) ?? `exit code ${result.code}`;
  const [, major, minor] = /^(?:pip|uv) (\d+)\.(\d+)/.exec(result.stdout) ?? [];
  if (major === undefined) return `does not tell its version`;
  const version = Number(major) * 1000 + Number(minor);
  // pip install --report came with 22.2; uv writes pylock.toml since 0.7.
  const oldest = program.tool === 'pip' ? 22_002 : 7;
  return version >= oldest ? undefined : `version ${major}.${minor} is too old`;
}

/** The last line of a program's output that says anything. */
export function lastLine(text: string): string | undefined {
  return text
    .split('\n')
    .map((line) => line.trim())
    .findLast((line) => line !== '');
}
