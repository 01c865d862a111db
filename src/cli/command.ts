import type { Command } from 'commander';
import type { ExitCode } from './exit-code.ts';

/** One verb of the command line: its options are cheap to define; its work loads what it needs when it runs. */
export interface CliCommand {
  define(): Command;
  run(command: Command, signal: AbortSignal): Promise<ExitCode>;
}
