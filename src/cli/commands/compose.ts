import { Command, Option } from 'commander';
import type { CliCommand } from '../command.ts';

const examples = `
Examples:
  plimsoll compose                          show what the compose file lacks; a new one where there is none
  plimsoll compose --fix                    write it
  plimsoll compose --service api --target gpu
  plimsoll compose --memory 4g --cpus 2     with limits that you have measured
Exit code: 0 nothing to change, or written; 1 changes proposed; 2 on an error.`;

/** `plimsoll compose [DIR]`: gives the compose file what the project's services need. */
export const compose: CliCommand = {
  define: () =>
    new Command('compose')
      .description(
        'Give the compose file what the services need: platform, model cache, health check, GPU, …',
      )
      .argument('[dir]', 'the project: the directory of the compose file', '.')
      .option('-f, --file <path>', 'the compose file, relative to the project')
      .option('--dockerfile <path>', 'the Dockerfile for a new compose file, relative to the project')
      .option(
        '--service <name>',
        'the service to look at; every one that is built from the project otherwise (repeatable)',
        collect,
        [],
      )
      .addOption(
        new Option('--target <device>', 'what the services run on')
          .choices(['cpu', 'gpu', 'auto'])
          .default('auto'),
      )
      .option('--platform <os/arch>', 'the platform to build and run for (default: linux/amd64)')
      .option('--port <number>', 'the port that the service listens on')
      .option('--health <path>', 'where the service says that it is up')
      .option('--memory <size>', 'limit the memory: 512m, 4g')
      .option('--cpus <number>', 'limit the processors: 2, 0.5')
      .option('--fix', 'write the file; what it says already stays')
      .addOption(new Option('--write', 'the same as --fix'))
      .option('--json', 'print JSON (schema plimsoll.compose/1)')
      .addHelpText('after', examples),
  async run(command, signal) {
    const { runCompose } = await import('./compose/run-compose.ts');
    return runCompose({ directory: command.processedArgs[0], ...command.opts() }, signal);
  },
};

function collect(name: string, earlier: readonly string[]): readonly string[] {
  return [...earlier, name];
}
