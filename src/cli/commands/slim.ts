import { Command, Option } from 'commander';
import type { CliCommand } from '../command.ts';

const examples = `
Examples:
  plimsoll slim                            the project in this directory
  plimsoll slim services/api --target cpu  for machines without a GPU
  plimsoll slim --probe '/predict?x=1' --probe 'POST /predict {"x": 1}'
  plimsoll slim --explain                  what it would change, and why
  plimsoll slim --no-build                 forecast only, no engine needed
  plimsoll slim --apply                    put the lean files into the project`;

/** `plimsoll slim [DIR]`: from fat to lean, verified. */
export const slim: CliCommand = {
  define: () =>
    new Command('slim')
      .description('Make a project’s image lean: plan, write, build, verify, compare.')
      .argument('[dir]', 'the project, which is the build context', '.')
      .option('-f, --file <path>', 'the Dockerfile, relative to the project')
      .option('--compose-file <path>', 'the compose file, relative to the project')
      .option('--stage <name>', 'the stage to build (docker build --target)')
      .addOption(
        new Option('--target <device>', 'what the image is made for (default: auto)').choices([
          'cpu',
          'gpu',
          'auto',
        ]),
      )
      .addOption(
        new Option('--engine <name>', 'the engine to use; the first that answers otherwise').choices([
          'docker',
          'podman',
          'buildah',
        ]),
      )
      .option('--platform <os/arch>', 'build for another platform')
      .option('--build-arg <NAME=value>', 'a build argument for both images (repeatable)', collect, [])
      .option(
        '--secret <id=ID,src=FILE|env=NAME>',
        'a secret for `RUN --mount=type=secret` of both builds (repeatable)',
        collect,
        [],
      )
      .option(
        '--env <NAME=value>',
        'an environment variable for both containers while they are compared (repeatable)',
        collect,
        [],
      )
      .option(
        '--probe <request>',
        'a request both images must answer alike: /path, GET /path, POST /path {json} (repeatable)',
        collect,
        [],
      )
      .option('--port <number>', 'the port that the service listens on (repeatable)', collect, [])
      .option('--health <path>', 'where the service says that it is up')
      .option('--start-timeout <seconds>', 'how long the service may take to come up (default: 300)')
      .option('--uplink <Mbit/s>', 'your upload speed, for the push time (default: 100)')
      .option(
        '--pushed <image>',
        'an image of the engine whose layers the registry has already (repeatable)',
        collect,
        [],
      )
      .option('--only <edits>', 'make these edits only (comma-separated)')
      .option('--skip <edits>', 'leave these edits out (comma-separated)')
      .option('--with <edits>', 'make these opt-in edits as well (comma-separated)')
      .option('--explain', 'print each edit as a diff with its reason and source; build and write nothing')
      .option('--no-build', 'do not build: compare a forecast')
      .option('--apply', 'put the lean files into the project')
      .option('--force', 'apply although the git tree is dirty, or although nothing could be verified')
      .option(
        '--json',
        'print the report as JSON (schema plimsoll.slim/1; with --explain plimsoll.explain/1)',
      )
      .option('--markdown', 'print the report as Markdown, for a pull request')
      .option('-q, --quiet', 'no progress')
      .addHelpText('after', examples),
  async run(command, signal) {
    const { runSlim } = await import('./slim/run-slim.ts');
    return runSlim({ directory: command.processedArgs[0], ...command.opts() }, signal);
  },
};

function collect(value: string, previous: readonly string[]): readonly string[] {
  return [...previous, value];
}
