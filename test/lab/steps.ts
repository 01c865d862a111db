import {
  formatSeconds,
  type RunOptions,
  type RunResult,
  runProcess,
  UserError,
} from '../../src/base/index.ts';

/** Where the lab tells what it does, a line at a time. */
export type Log = (line: string) => void;

/** Runs one step of the lab, and says how long it took. */
export async function timed<Result>(log: Log, title: string, step: () => Promise<Result>): Promise<Result> {
  log(`${title} …`);
  const startedAt = performance.now();
  const result = await step();
  log(`${title}: done in ${formatSeconds((performance.now() - startedAt) / 1000)}`);
  return result;
}

/** Runs a program that must succeed; rejects with a `UserError` that quotes its last lines. */
export async function mustRun(
  command: string,
  args: readonly string[],
  options: RunOptions & { readonly hint?: string } = {},
): Promise<RunResult> {
  const { hint, ...runOptions } = options;
  const shown = `${command} ${args.join(' ')}`.slice(0, 160);
  let result: RunResult;
  try {
    result = await runProcess(command, args, runOptions);
  } catch (cause) {
    throw new UserError(`Cannot start ${command}.`, { hint: hint ?? `Install ${command}.`, cause });
  }
  if (result.code === 0) return result;
  const last = `${result.stdout}\n${result.stderr}`.trim().split('\n').slice(-12).join('\n');
  throw new UserError(
    `\`${shown}\` ended with ${result.code ?? result.signalName}:\n${last}`,
    hint === undefined ? {} : { hint },
  );
}
