import { Command } from 'commander';
import type { CliCommand } from '../command.ts';

/** `plimsoll compare A B`: two images side by side. */
export const compare: CliCommand = {
  define: () =>
    new Command('compare')
      .description('Compare two images: groups, layers, packages, push time.')
      .argument(
        '<before>',
        'an image: docker:REF, podman:REF, docker-archive:FILE, oci:DIR[:TAG], oci-archive:FILE, or a name or path',
      )
      .argument('<after>', 'the other image')
      .option('--platform <os/arch>', 'which image of a multi-platform source')
      .option('--uplink <Mbit/s>', 'your upload speed, for the push time', '100')
      .option('--json', 'print JSON (schema plimsoll.compare/1)')
      .option('-q, --quiet', 'no progress'),
  async run(command, signal) {
    const { runCompare } = await import('./compare/run-compare.ts');
    const [before, after] = command.processedArgs;
    return runCompare({ before, after, ...command.opts() }, signal);
  },
};
