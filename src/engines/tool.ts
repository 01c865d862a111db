import { messageOf, type RunOptions, type RunResult, runProcess, UserError } from '../base/index.ts';
import type { EngineName } from './engine.ts';
import { findTrouble } from './trouble.ts';

/** An engine's command line tool as it is called. */
export interface EngineTool {
  readonly name: EngineName;
  /** `docker`, or the path of one. */
  readonly program: string;
  /** Added to the environment of every call: `DOCKER_HOST`, `CONTAINERS_STORAGE_CONF`, … */
  readonly env: Readonly<Record<string, string>>;
}

/** One call of the tool. */
export interface ToolCall extends Omit<RunOptions, 'env'> {
  /** Ends the call as failed after this many seconds. Default 120; `Infinity` for work that may take long. */
  readonly limitSeconds?: number;
}

/** The engine's name as a sentence writes it. */
export const engineTitles: Readonly<Record<EngineName, string>> = {
  docker: 'Docker',
  podman: 'Podman',
  buildah: 'Buildah',
};

/** Calls the tool; a non-zero exit code is data. Rejects with a `UserError` when it cannot be started or does not answer in time. */
export async function callTool(
  tool: EngineTool,
  args: readonly string[],
  call: ToolCall = {},
): Promise<RunResult> {
  const { limitSeconds = 120, ...options } = call;
  const limit = Number.isFinite(limitSeconds) ? AbortSignal.timeout(limitSeconds * 1000) : undefined;
  const signals = [options.signal, limit].filter((signal) => signal !== undefined);
  try {
    return await runProcess(tool.program, args, {
      ...options,
      env: tool.env,
      ...(signals.length > 0 ? { signal: AbortSignal.any(signals) } : {}),
    });
  } catch (error) {
    options.signal?.throwIfAborted();
    const what = `${tool.program} ${args.slice(0, 2).join(' ')}`;
    if (limit?.aborted) {
      throw new UserError(`\`${what}\` did not answer within ${limitSeconds} s.`, {
        hint: `See whether ${engineTitles[tool.name]} is alive, and restart it.`,
        cause: error,
      });
    }
    throw new UserError(`\`${what}\` cannot be started: ${messageOf(error)}`, {
      hint: `See whether ${tool.program} is installed and may be executed.`,
      cause: error,
    });
  }
}

/** Calls the tool and rejects with a `UserError` unless it exits with 0. `what` completes “Docker could not …”. */
export async function demandTool(
  tool: EngineTool,
  args: readonly string[],
  call: ToolCall & { readonly what: string },
): Promise<RunResult> {
  const { what, ...options } = call;
  const result = await callTool(tool, args, options);
  if (result.code !== 0) throw toolError(tool, what, result);
  return result;
}

/** The engine's words as a `UserError`, with a hint where the cause is known. `what` completes “Docker could not …”. */
export function toolError(tool: EngineTool, what: string, result: RunResult): UserError {
  const words = engineWords(result);
  const hint =
    usualHint(words) ??
    findTrouble({ step: '', output: '', engineWords: words, hasFailedStep: false, exitCode: undefined }).hint;
  return new UserError(
    `${engineTitles[tool.name]} could not ${what}: ${words}`,
    hint === undefined ? {} : { hint },
  );
}

/** What a failed call printed, without the `Error:` before it and without log lines that only repeat it. */
export function engineWords(result: RunResult): string {
  const lines = `${result.stderr}${result.stderr === '' ? result.stdout : ''}`
    .split('\n')
    .filter((line) => line.trim() !== '' && !/^time="[^"]*" level=(?:warning|info|debug) /.test(line));
  const words = lines
    .slice(-10)
    .join('\n')
    .replace(/^(?:Error|ERROR|error): /, '');
  if (words !== '') return words;
  return result.signalName === null
    ? `it ended with exit code ${result.code}`
    : `it was ended by ${result.signalName}`;
}

const hints: readonly (readonly [RegExp, string])[] = [
  [
    /permission denied while trying to connect|dial unix .*permission denied|connect: permission denied/i,
    'You may not use the engine’s socket: `sudo usermod -aG docker $USER` and log in again, or use rootless Podman.',
  ],
  [
    /Cannot connect to the Docker daemon|Is the docker daemon running|error during connect/i,
    'Start it (`sudo systemctl start docker`, or Docker Desktop), or point DOCKER_HOST at a running one.',
  ],
  [/no such image|image not known/i, 'Build or pull the image first.'],
  [
    /invalid reference format|invalid tag/i,
    'An image name is lower case: `name`, `name:tag` or `registry/name:tag`.',
  ],
];

/** What to do about the usual refusals outside of builds. */
export function usualHint(words: string): string | undefined {
  return hints.find(([pattern]) => pattern.test(words))?.[1];
}
