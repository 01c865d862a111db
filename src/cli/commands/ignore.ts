import { Command } from 'commander';
import type { CliCommand } from '../command.ts';

const examples = `
Examples:
  plimsoll ignore                        what this directory sends, and what could stay out
  plimsoll ignore --fix                  add the proposed lines to the ignore file
  plimsoll ignore --dry-run              print that change as a diff, write nothing
  plimsoll ignore -f docker/gpu.Dockerfile
Exit code: 0; 1 when secrets are sent, or the ignore file cuts off what the Dockerfile copies; 2 on an error.`;

/** `plimsoll ignore [DIR]`: what is sent to the builder, and the ignore file. */
export const ignore: CliCommand = {
  define: () =>
    new Command('ignore')
      .description('Show what is sent to the builder, and propose what the ignore file should leave out.')
      .argument('[dir]', 'the project, which is the build context', '.')
      .option('-f, --file <path>', 'the Dockerfile, relative to the project')
      .option(
        '--build-arg <NAME=value>',
        'a build argument that the sources of COPY depend on (repeatable)',
        collect,
        [],
      )
      .option('--fix', 'add the proposed lines to the ignore file; lines that are there stay')
      .option('--dry-run', 'print the change as a diff instead of writing it')
      .option('--json', 'print JSON (schema plimsoll.ignore/1)')
      .option('-q, --quiet', 'no progress')
      .addHelpText('after', examples),
  async run(command, signal) {
    const { runIgnore } = await import('./ignore/run-ignore.ts');
    return runIgnore({ directory: command.processedArgs[0], ...command.opts() }, signal);
  },
};

function collect(pair: string, earlier: readonly string[]): readonly string[] {
  return [...earlier, pair];
}
