import { Command, Option } from 'commander';
import type { CliCommand } from '../command.ts';

/** `plimsoll audit IMAGE`: every layer and every wasted byte, explained. */
export const audit: CliCommand = {
  define: () =>
    new Command('audit')
      .description('Explain an image: layers, packages, waste and what to do about it.')
      .argument(
        '<image>',
        'docker:REF, podman:REF, docker-archive:FILE, oci:DIR[:TAG], oci-archive:FILE, or just a name or path',
      )
      .option('--platform <os/arch>', 'which image of a multi-platform source')
      .addOption(new Option('--target <device>', 'what the image will run on').choices(['cpu', 'gpu']))
      .option('--json', 'print JSON (schema plimsoll.audit/1)')
      .option('-q, --quiet', 'no progress'),
  async run(command, signal) {
    const { runAudit } = await import('./audit/run-audit.ts');
    return runAudit({ image: command.processedArgs[0], ...command.opts() }, signal);
  },
};
