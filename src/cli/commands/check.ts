import { Command, Option } from 'commander';
import type { CliCommand } from '../command.ts';
import { imageForms } from '../image-forms.ts';
import { gateOptions } from './audit/gate-options.ts';

const examples = `
Examples:
  plimsoll check docker:my-app:latest                         the gates of .plimsoll.yaml or .dive-ci
  plimsoll check image.tar --max-size 1.2GB --format junit -o gates.xml
  plimsoll check image.tar --baseline registry:ghcr.io/acme/app:main --max-growth 5% --markdown comment.md
Exit code: 0 every gate passes; 1 one fails; 2 on an error; 3 one cannot be judged.`;

/** `plimsoll check IMAGE`: the gates for a pipeline, with the image before this one. */
export const check: CliCommand = {
  define() {
    const command = new Command('check')
      .description('Judge an image by its gates, and compare it with the one before: for pipelines.')
      .argument('<image>', imageForms)
      .option('--platform <os/arch>', 'which image of a multi-platform source')
      .addOption(new Option('--target <device>', 'what the image will run on').choices(['cpu', 'gpu']))
      .option('--base <image>', 'the base image, of any source: tells its layers from those on top')
      .option('--baseline-optional', 'a baseline that the registry does not have (yet) is no error')
      .option('--title <text>', "what to call the image (default: its source's name)")
      .addOption(
        new Option('--format <format>', 'how to show it (default: table)').choices([
          'table',
          'json',
          'markdown',
          'junit',
        ]),
      )
      .option('--json', 'print JSON (schema plimsoll.check/1); as --format json')
      .option('-o, --output <file>', 'write it into a file')
      .option('--markdown <file>', 'write it as Markdown into a file as well, for a comment')
      .option('--junit <file>', 'write the gates as JUnit into a file as well')
      .option('--insecure', 'talk to registries without TLS, or with any certificate')
      .option('-q, --quiet', 'no progress')
      .addHelpText('after', examples);
    // Judging gates is what it is for.
    for (const option of gateOptions()) if (option.long !== '--ci') command.addOption(option);
    return command;
  },
  async run(command, signal) {
    const { runCheck } = await import('./check/run-check.ts');
    return runCheck({ image: command.processedArgs[0], ...command.opts() }, signal);
  },
};
