import { Argument, Command, Option } from 'commander';
import type { CliCommand } from '../command.ts';

const examples = `
Examples:
  plimsoll ci github                                  .github/workflows/image.yml, images in GitHub's registry
  plimsoll ci github --cache gha --image ghcr.io/acme/app
  plimsoll ci gitlab -o .gitlab/plimsoll.yml          beside jobs of your own, to be included
  plimsoll ci generic --registry registry.example.org/team
Exit code: 0 written, or as it was; 1 another file is there and was left; 2 on an error.`;

/** `plimsoll ci`: a pipeline that builds, checks, compares and pushes. */
export const ci: CliCommand = {
  define: () =>
    new Command('ci')
      .description('Write a pipeline: build with a cache, check the gates, push, comment before and after.')
      .addArgument(
        new Argument('<provider>', 'which service runs it').choices(['github', 'gitlab', 'generic']),
      )
      .argument('[dir]', 'the project, or the repository with several', '.')
      .option('-f, --file <path>', 'the one Dockerfile to build, relative to the project')
      .option('--stage <name>', 'the one stage to build of it')
      .option('--image <repository>', 'where images go: ghcr.io/acme/app')
      .addOption(
        new Option(
          '--registry <host/namespace>',
          "the same, less the last part, which is the project's name",
        ).conflicts('image'),
      )
      .addOption(
        new Option('--cache <kind>', "a registry's, or GitHub's own (default: registry)").choices([
          'registry',
          'gha',
        ]),
      )
      .addOption(
        new Option('--compat <reader>', 'who must be able to pull: any engine, or current ones (Docker 23)')
          .choices(['current', 'any'])
          .default('current'),
      )
      .option('--branch <name>', 'whose images are pushed and compared with (default: as Git has it)')
      .option(
        '-o, --output <file>',
        "write into this file (default: the service's); - prints it, as --stdout",
      )
      .addOption(
        new Option('--stdout', 'print the pipeline, write nothing').conflicts(['output', 'force', 'json']),
      )
      .option('--force', 'write over a file that is there')
      .option('--json', 'print JSON (schema plimsoll.ci/1)')
      .addHelpText('after', examples),
  async run(command, signal) {
    const { runCi } = await import('./ci/run-ci.ts');
    const [provider, directory] = command.processedArgs;
    return runCi({ provider, directory, ...command.opts() }, signal);
  },
};
