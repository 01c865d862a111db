import { BuildError } from './build-error.ts';
import type { BuildOutcome } from './build-log.ts';
import { findInstructionLine } from './dockerfile-line.ts';
import { findTrouble, type Trouble } from './trouble.ts';

/** A build client that ended without an image. */
export interface FailedBuild {
  /** `lean image`. */
  readonly title: string;
  readonly engineTitle: string;
  readonly dockerfilePath: string;
  readonly dockerfileText: string;
  readonly outcome: BuildOutcome;
  /** The signal that ended the client, if one did. */
  readonly signalName: string | null;
}

const shownLines = 30;

/** What to tell about a failed build: the instruction with its line, exit code, the step's last lines and what to do. */
export function explainFailedBuild(build: FailedBuild): BuildError {
  const { outcome } = build;
  const step = outcome.failed?.name;
  const line =
    outcome.line ?? (step === undefined ? undefined : findInstructionLine(build.dockerfileText, step));
  const engineWords = outcome.failed?.error || outcome.message;
  const exitCode = exitCodeOf(engineWords);
  const trouble = troubleOf(build, exitCode);
  return new BuildError(
    [headline(build, line, exitCode), ...quoted(build, trouble), engineLine(build, exitCode)]
      .filter((part) => part !== '')
      .join('\n'),
    {
      kind: trouble.kind,
      ...(trouble.hint === undefined ? {} : { hint: trouble.hint }),
      ...(step === undefined ? {} : { step }),
      ...(line === undefined ? {} : { line }),
      ...(exitCode === undefined ? {} : { exitCode }),
    },
  );
}

function troubleOf(build: FailedBuild, exitCode: number | undefined): Trouble {
  if (build.signalName !== null) {
    return {
      kind: 'engine-died',
      hint: `The ${build.engineTitle} client was ended by ${build.signalName} from outside; start the build again.`,
    };
  }
  const { failed, message } = build.outcome;
  return findTrouble({
    step: failed?.name ?? '',
    output: failed?.output.slice(-60).join('\n') ?? '',
    engineWords: [failed?.error ?? '', message].filter((words) => words !== '').join('\n'),
    hasFailedStep: failed !== undefined && failed.error !== '',
    exitCode,
  });
}

function headline(build: FailedBuild, line: number | undefined, exitCode: number | undefined): string {
  const step = build.outcome.failed?.name;
  const place = line === undefined ? build.dockerfilePath : `${build.dockerfilePath} line ${line}`;
  if (step === undefined) return `The ${build.title} could not be built (${place}).`;
  const code = exitCode === undefined ? '' : ` with exit code ${exitCode}`;
  return `The ${build.title} could not be built: ${step.replace(/\s+/g, ' ')} failed${code} (${place}).`;
}

/** The step's last lines; pip's own ERROR lines are added where they stand further up. */
function quoted(build: FailedBuild, trouble: Trouble): string[] {
  const output = build.outcome.failed?.output ?? [];
  const last = output.slice(-shownLines);
  const above =
    trouble.kind === 'python-requirements'
      ? output.slice(0, -shownLines).filter((line) => /^\s*(?:ERROR|error)\b/.test(line))
      : [];
  const gap = above.length > 0 ? ['…'] : [];
  return [...above, ...gap, ...last].map((line) => `  | ${line}`);
}

/** The engine's words, unless they only repeat the instruction and its exit code. */
function engineLine(build: FailedBuild, exitCode: number | undefined): string {
  const { failed, message } = build.outcome;
  if (exitCode !== undefined && failed !== undefined && failed.output.length > 0) return '';
  const words = failed?.error && !message.includes(failed.error) ? `${failed.error}\n${message}` : message;
  const shown = words === '' && build.signalName === null ? 'it ended without a word' : words;
  return shown === '' ? '' : `${build.engineTitle} says: ${shown}`;
}

function exitCodeOf(engineWords: string): number | undefined {
  const code = /exit (?:code:?|status) (\d+)\s*$/.exec(engineWords.trim())?.[1];
  return code === undefined ? undefined : Number(code);
}
