import { Command, Option } from 'commander';
import type { CliCommand } from '../command.ts';

const examples = `
Examples:
  plimsoll deps                            what the Dockerfile of this directory installs, resolved without installing
  plimsoll deps docker:api:1               what is installed in an image
  plimsoll deps -r requirements/base.txt   what these requirements bring, whatever the Dockerfile says
  plimsoll deps --fix --dry-run            how the requirements would be split, as a diff
Exit code: 0; 1 with findings from --fail-on on; 3 when a part could not be read and the rest is clean; 2 on an error.`;

/** `plimsoll deps [DIR|IMAGE]`: what each Python distribution costs, why it is there, and which are not needed. */
export const deps: CliCommand = {
  define: () =>
    new Command('deps')
      .description(
        'Tell what each Python distribution costs, why it is there, and what the application does not need.',
      )
      .argument(
        '[subject]',
        'a project directory, or an image: docker:REF, podman:REF, registry:REF, docker-archive:FILE[:REF], oci:DIR[:TAG], oci-archive:FILE[:TAG], dir:ROOTFS',
        '.',
      )
      .option('-f, --file <path>', 'the Dockerfile, relative to the project')
      .option(
        '-r, --requirement <file>',
        'look at this requirements file of the project instead of what the Dockerfile installs (repeatable)',
        collect,
      )
      .option(
        '--python <version>',
        'the Python that requirements are resolved for: 3.11 (default: the base image tells)',
      )
      .addOption(
        new Option('--target <device>', 'what it will run on')
          .choices(['cpu', 'gpu', 'auto'])
          .default('auto'),
      )
      .option(
        '--platform <os/arch>',
        'which image of a multi-platform source, or what a project is resolved for',
      )
      .option('--all', 'list every distribution, not the heaviest only')
      .option('--no-index', 'do not ask the package index what was yanked')
      .addOption(
        new Option('--fail-on <severity>', 'exit with 1 from this severity on')
          .choices(['error', 'warning', 'info', 'never'])
          .default('warning'),
      )
      .option(
        '--fix',
        'split the requirements files of a project into production and development; the old ones are kept in .plimsoll/backup',
      )
      .option('--dry-run', 'print that change as a diff, write nothing')
      .addOption(new Option('--format <format>', 'how to print it').choices(['table', 'json', 'markdown']))
      .option('--json', 'print JSON (schema plimsoll.deps/1); as --format json')
      .option('-o, --output <file>', 'write it into a file')
      .option('--insecure', 'talk to the registry without TLS, or with any certificate')
      .option('-q, --quiet', 'no progress')
      .addHelpText('after', examples),
  async run(command, signal) {
    const { runDeps } = await import('./deps/run-deps.ts');
    return runDeps({ subject: command.processedArgs[0], ...command.opts() }, signal);
  },
};

function collect(value: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, value];
}
