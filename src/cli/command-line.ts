import { enableCompileCache } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { styleText } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { Command, CommanderError } from 'commander';
import { makeDirectory, messageOf, mostCompressionThreads, UserError } from '../base/index.ts';
import { commands } from './commands/index.ts';
import { type ExitCode, exitCodes } from './exit-code.ts';
import { InterruptedBuildError } from './interrupted-build-error.ts';
import { version } from './version.ts';

/** Runs the command line and gives the exit code; the only place that catches a `UserError`. */
export async function main(args: readonly string[], signal: AbortSignal): Promise<ExitCode> {
  let code: ExitCode = exitCodes.clean;
  const program = new Command('plimsoll')
    .description('Makes container images for machine learning light, and proves that they still work.')
    .version(version())
    .showHelpAfterError('hint: Add --help to see what there is.')
    .enablePositionalOptions()
    .exitOverride();
  for (const command of commands) {
    program.addCommand(
      command.define().action(async (...given: unknown[]) => {
        const self = given.at(-1);
        if (!(self instanceof Command)) throw new TypeError('commander passes the command last');
        code = await command.run(self, signal);
      }),
    );
  }
  for (const command of program.commands) command.copyInheritedSettings(program);
  try {
    await program.parseAsync([...args], { from: 'user' });
    return code;
  } catch (error) {
    return explain(error, signal);
  }
}

/** What happened, where, what to do; a stack only for what nobody expected. */
function explain(error: unknown, signal: AbortSignal): ExitCode {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.clean : exitCodes.error;
  const red = (text: string): string => styleText('red', text, { stream: process.stderr });
  if (signal.aborted) {
    const kept =
      error instanceof InterruptedBuildError ? "; the engine's build cache keeps what was done" : '';
    process.stderr.write(`${red('Interrupted.')} Nothing was left half-written${kept}.\n`);
  } else if (error instanceof UserError) {
    annotateError(error);
    process.stderr.write(`${red('error:')} ${harmless(error.message)}\n`);
    if (error.hint !== undefined)
      process.stderr.write(
        `${styleText('bold', 'hint:', { stream: process.stderr })} ${harmless(error.hint)}\n`,
      );
  } else {
    process.stderr.write(
      `${red('internal error:')} ${error instanceof Error ? (error.stack ?? error.message) : messageOf(error)}\n`,
    );
    process.stderr.write('This is a defect of Plimsoll; please report it with the command that you ran.\n');
  }
  return exitCodes.error;
}

/** GitHub Actions shows it on the page of the run, where nobody has to look for it in the log. */
function annotateError({ message, hint }: UserError): void {
  if (process.env['GITHUB_ACTIONS'] !== 'true') return;
  // As `workflowCommand` writes it, which is loaded with all that renders reports.
  const text = harmless(hint === undefined ? message : `${message} ${hint}`);
  process.stderr.write(`::error title=plimsoll::${text.replaceAll('%', '%25').replaceAll('\n', '%0A')}\n`);
}

function unwritable(cause: Error): UserError {
  return new UserError(`standard output cannot be written: ${cause.message}`, {
    hint: 'Make room, or write it elsewhere.',
    cause,
  });
}

/** A message may quote a file of any origin: what would control the terminal is shown as a replacement character. */
function harmless(message: string): string {
  return message.replace(/[^\P{Cc}\n\t]/gu, '\ufffd');
}

/** Has Node keep what it compiles of the commands, which load when they run: the next start is quicker. */
function keepCompiledCode(): void {
  const { PLIMSOLL_CACHE_DIR: own, XDG_CACHE_HOME: shared } = process.env;
  const base = shared === undefined || shared === '' ? join(homedir(), '.cache') : shared;
  const directory = join(own === undefined || own === '' ? join(base, 'plimsoll') : own, 'code');
  try {
    // Node itself would never end where nothing can be made (below /proc).
    makeDirectory(directory);
    enableCompileCache(directory);
  } catch {
    // It is kept nowhere.
  }
}

/**
 * Keeps what is new in memory small: left to itself, Node lets it grow to 100 MB and more before it looks for what is not needed
 * any more. It grows once, to 16 MB, while code is loaded, and not again: smaller, it is looked through too often.
 */
function keepMemorySmall(): void {
  const growth = '--semi-space-growth-factor';
  setFlagsFromString(`${growth}=8`);
  setTimeout(() => setFlagsFromString(`${growth}=1`), 50).unref();
}

/**
 * Lets the costliest compiler of V8 wait until it is plain that a command works for long. In a shorter one it took a sixth of
 * the processors' time, on threads that reading could use, for code that did not run often enough to pay that back; the
 * compiler before it is nearly as good.
 */
function compileInHaste(): void {
  setFlagsFromString('--no-turbofan');
  setTimeout(() => setFlagsFromString('--turbofan'), 10_000).unref();
}

/** Has libuv start as many threads as layers are compressed on, where its own four are too few; it looks when it is first given work. */
function giveThreads(): void {
  if (mostCompressionThreads > 4) process.env['UV_THREADPOOL_SIZE'] ??= String(mostCompressionThreads);
}

/** Runs the program: arguments, interruption and exit code are those of this process. */
export async function runProgram(): Promise<void> {
  giveThreads();
  keepCompiledCode();
  keepMemorySmall();
  compileInHaste();
  const interruption = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      // A second Ctrl-C means it.
      if (interruption.signal.aborted) process.exit(exitCodes.error);
      interruption.abort(new UserError(`Interrupted by ${name}.`));
    });
  }
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // A reader that closes the pipe early (`| head`) has seen what it wanted; what the command says by its exit code still counts.
    if (error.code === 'EPIPE') return;
    process.exit(explain(unwritable(error), interruption.signal));
  });
  process.exitCode = await main(process.argv.slice(2), interruption.signal);
}
