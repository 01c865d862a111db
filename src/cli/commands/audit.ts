import { Command, Option } from 'commander';
import type { CliCommand } from '../command.ts';
import { imageForms } from '../image-forms.ts';
import { gateOptions } from './audit/gate-options.ts';

/** `plimsoll audit IMAGE`: every layer and every wasted byte, explained. */
export const audit: CliCommand = {
  define() {
    const command = new Command('audit')
      .description('Explain an image: layers, packages, waste and what to do about it.')
      .argument('<image>', imageForms)
      .option('--platform <os/arch>', 'which image of a multi-platform source')
      .addOption(new Option('--target <device>', 'what the image will run on').choices(['cpu', 'gpu']))
      .option('--base <image>', 'the base image, of any source: tells its layers from those on top')
      .addOption(
        new Option(
          '-i, --interactive',
          'browse layers, files, packages and findings in the terminal',
        ).conflicts(['json', 'format', 'output', 'groupBy']),
      )
      .addOption(
        new Option('--group-by <what>', 'sort every byte into rows').choices([
          'layer',
          'package',
          'class',
          'directory',
        ]),
      )
      .option('--depth <n>', 'how many directories deep --group-by directory goes (default: 2)')
      .addOption(
        new Option('--format <format>', 'how to show it (default: table)').choices([
          'table',
          'json',
          'html',
          'markdown',
          'sarif',
          'dive',
        ]),
      )
      .option('--json', 'print JSON (schema plimsoll.audit/1); as --format json')
      .option('-o, --output <file>', 'write it into a file')
      .option('--insecure', 'talk to the registry without TLS, or with any certificate')
      .option(
        '--verify',
        'read and verify every byte, also of uncompressed layers and of what was read before',
      )
      .option('-q, --quiet', 'no progress');
    for (const option of gateOptions()) command.addOption(option);
    return command;
  },
  async run(command, signal) {
    const { runAudit } = await import('./audit/run-audit.ts');
    return runAudit({ image: command.processedArgs[0], ...command.opts() }, signal);
  },
};
