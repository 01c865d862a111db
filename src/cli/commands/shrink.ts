import { Command, Option } from 'commander';
import type { CliCommand } from '../command.ts';
import { imageForms } from '../image-forms.ts';

/** `plimsoll shrink IMAGE -o DEST`: image in, lighter image out. */
export const shrink: CliCommand = {
  define: () =>
    new Command('shrink')
      .description(
        'Make a lighter image of a finished one, without Dockerfile, engine or root, and prove it.',
      )
      .argument('<image>', imageForms)
      .option(
        '-o, --output <dest>',
        'docker-archive:FILE, oci:DIR[:TAG], oci-archive:FILE[:TAG], registry:REF, docker:REF or podman:REF; FILE.tar alone is a docker-archive',
      )
      .option('-t, --tag <ref>', 'what a docker-archive calls the image when it is loaded: app:1')
      .option('--dry-run', 'show what would go and why; write nothing')
      .option('--platform <os/arch>', 'which image of a multi-platform source')
      .option('--base <image>', 'the base image, of any source: its layers stay as they are')
      .option('--rebase-all', "write the base's layers anew, too: smaller, but shared with nothing")
      .option('--only <pass>', 'run these passes and no others (repeatable)', collect)
      .option('--skip <pass>', 'leave out a pass (repeatable)', collect)
      .option('--with <pass>', 'run a pass that has to be asked for, too (repeatable)', collect)
      .option('--smallest', 'do without compiled modules: --bytecode none')
      .addOption(
        new Option(
          '--bytecode <which>',
          'compiled modules that stay: all (default), those that a start loads (traced), none (each start takes longer)',
        ).choices(['all', 'traced', 'none']),
      )
      .option(
        '--trace <file>',
        'what a start loads: output of `python -v`, or a list of .py and .pyc files; without it --bytecode traced starts the image',
      )
      .option(
        '--keep <glob>',
        'keep what matches, with all that stands and falls with it (repeatable)',
        collect,
      )
      .addOption(
        new Option('--compression <format>', 'of the new layers (default: gzip)').choices(['gzip', 'zstd']),
      )
      .option(
        '--verify',
        'load the original and the new image into an engine, run both, and write only what does the same',
      )
      .addOption(
        new Option('--engine <name>', 'the engine for --verify; the first that answers otherwise').choices([
          'docker',
          'podman',
          'buildah',
        ]),
      )
      .option(
        '--env <NAME=value>',
        'an environment variable for the image while it runs, for --verify and --bytecode traced (repeatable)',
        collect,
      )
      .option(
        '--probe <request>',
        'what the image is asked while it runs: /path, GET /path, POST /path {json} (repeatable); with --verify both must answer alike',
        collect,
      )
      .option('--port <number>', 'the port that the service listens on (repeatable)', collect)
      .option('--health <path>', 'where the service says that it is up')
      .option('--start-timeout <seconds>', 'how long the service may take to come up (default: 300)')
      .option('--manifest <file>', 'list every file that went, with pass, reason and original layer (JSON)')
      .option('--ca-file <pem>', 'believe this certificate authority, too')
      .option('--insecure', 'talk to the registry without TLS, or with any certificate')
      .option('--json', 'print JSON (schema plimsoll.shrink/1)')
      .option('-q, --quiet', 'no progress'),
  async run(command, signal) {
    const { runShrink } = await import('./shrink/run-shrink.ts');
    return runShrink({ image: command.processedArgs[0], ...command.opts() }, signal);
  },
};

function collect(value: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, value];
}
