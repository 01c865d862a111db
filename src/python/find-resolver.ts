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
}

/** Tried in this order; the first that runs is used. */
export const resolverPrograms: readonly ResolverProgram[] = [
  { tool: 'pip', command: ['pip'] },
  { tool: 'pip', command: ['python3', '-m', 'pip'] },
  { tool: 'uv', command: ['uv'] },
];

/** That no resolver could be started: a `UserError` of its own, so that a caller can go on without. */
export class NoResolverError extends UserError {}

/** The first of the programs (default: pip, `python3 -m pip`, uv) that runs and is new enough; throws a `NoResolverError` where none does. */
export async function findResolver(
  programs: readonly ResolverProgram[] = resolverPrograms,
  signal?: AbortSignal,
): Promise<FoundResolver> {
  const options = signal === undefined ? {} : { signal };
  const tried: string[] = [];
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
    if (problem === undefined && typeof answer !== 'string')
      return {
        program,
        version: answer.stdout.trim(),
        settings: settings?.code === 0 ? settings.stdout : undefined,
      };
    tried.push(`${program.command.join(' ')}: ${problem}`);
  }
  throw new NoResolverError(`no program resolves Python requirements here (${tried.join('; ')})`, {
    hint: 'Install pip 22.2 or later, or uv 0.7 or later.',
  });
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
