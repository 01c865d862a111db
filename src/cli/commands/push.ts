import { Command, Option } from 'commander';
import type { CliCommand } from '../command.ts';
import { imageForms } from '../image-forms.ts';

/** `plimsoll push IMAGE REF`: an image into a registry, compressed on all processors, nothing sent twice. */
export const push: CliCommand = {
  define: () =>
    new Command('push')
      .description('Push an image of any source: compressed on all processors, nothing sent twice.')
      .argument('<image>', imageForms)
      .argument('<ref>', 'where to: [REGISTRY/]NAME[:TAG]')
      .option('--platform <os/arch>', 'which image of a multi-platform source')
      .option(
        '-a, --all-platforms',
        'the index with all its platforms and attestations, as it is stored (OCI layouts and archives, registries)',
      )
      .addOption(
        new Option(
          '--compression <format>',
          'of layers that are stored uncompressed (default: zstd, or what --compat says)',
        ).choices(['zstd', 'gzip']),
      )
      .option(
        '--compression-level <n>',
        'how hard: 1 to 9 for gzip (default 2), 1 to 19 for zstd (default 3), 0 to 3 with --compressor igzip (default 2)',
      )
      .addOption(
        new Option(
          '--compressor <program>',
          'what makes the gzip: igzip (ISA-L), a program on PATH, several times as fast (default where it is there and no level is asked for), or zlib; digests differ',
        ).choices(['igzip', 'zlib']),
      )
      .addOption(
        new Option(
          '--compat <reader>',
          'who must be able to pull it: any engine, or current ones (Docker 23)',
        )
          .choices(['current', 'any'])
          .default('current'),
      )
      .option('--estimate', 'say what would be sent, and how long that takes; send nothing')
      .option('--uplink <Mbit/s>', 'your upload speed, for --estimate', '100')
      .option('--ca-file <pem>', 'believe this certificate authority, too')
      .option('--insecure', 'talk to the registry without TLS, or with any certificate')
      .option('--json', 'print JSON (schema plimsoll.push/1, plimsoll.push-estimate/1)')
      .option('-q, --quiet', 'no progress'),
  async run(command, signal) {
    const { runPush } = await import('./push/run-push.ts');
    const [image, reference] = command.processedArgs;
    return runPush({ image, reference, ...command.opts() }, signal);
  },
};
