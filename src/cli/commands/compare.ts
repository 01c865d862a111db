import { Command, Option } from 'commander';
import type { CliCommand } from '../command.ts';

/** `plimsoll compare A B`: two images side by side. */
export const compare: CliCommand = {
  define: () =>
    new Command('compare')
      .description('Compare two images: groups, layers, packages, files, configuration, push and pull time.')
      .argument(
        '<before>',
        'an image: docker:REF, podman:REF, registry:REF, docker-archive:FILE[:REF], oci:DIR[:TAG], oci-archive:FILE[:TAG], dir:DIR, or just a name or path; or a project directory with a Dockerfile, which is forecast',
      )
      .argument('<after>', 'the other image, or project')
      .option('--platform <os/arch>', 'which image of a multi-platform source')
      .option(
        '--semantic',
        'compare what a container sees: contents by hash, no times, no history, no matter in which layer',
      )
      .option('--exit-code', 'exit with 1 when the images differ')
      .option('--ignore <glob>', 'leave out paths: `*.pyc`, `var/log/**` (repeatable)', collect)
      .option('--files', 'list every file that differs, not the largest only')
      .option('--uplink <Mbit/s>', 'your upload speed, for the push time', '100')
      .option('--downlink <Mbit/s>', 'the download speed of a host, for the pull time (default: as --uplink)')
      .addOption(new Option('--format <format>', 'how to print it').choices(['table', 'json', 'markdown']))
      .option('--json', 'print JSON (schema plimsoll.compare/1); as --format json')
      .option('-o, --output <file>', 'write it into a file')
      .option('--insecure', 'talk to registries without TLS, or with any certificate')
      .option('-q, --quiet', 'no progress'),
  async run(command, signal) {
    const { runCompare } = await import('./compare/run-compare.ts');
    const [before, after] = command.processedArgs;
    return runCompare({ before, after, ...command.opts() }, signal);
  },
};

function collect(pattern: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, pattern];
}
