import { Command, Option } from 'commander';
import type { CliCommand } from '../command.ts';
import { exitCodes } from '../exit-code.ts';
import type { LintRequest } from './lint/run-lint.ts';

/** `plimsoll lint [FILE…]`: checks Dockerfiles without building them. */
export const lint: CliCommand = {
  define: () =>
    new Command('lint')
      .description('Check Dockerfiles: what makes the image heavy, the build slow, or the container unsafe.')
      .argument('[file...]', 'Dockerfiles, or - for standard input (default: those of this directory)')
      .addOption(
        new Option('--format <format>', 'how to print it')
          .choices(['table', 'json', 'sarif', 'github', 'line'])
          .default('table'),
      )
      .option('--json', 'print JSON (schema plimsoll.lint/1); as --format json')
      .addOption(
        new Option('--fail-on <severity>', 'exit with 1 from this severity on (default: warning)').choices([
          'error',
          'warning',
          'info',
          'style',
          'never',
        ]),
      )
      .option('--fix', 'make the corrections that are sure')
      .option('--dry-run', 'print these corrections as a diff instead, write nothing')
      .option(
        '--context <dir>',
        "the build context (default: the Dockerfile's directory, or this one, where more of what is copied lies here)",
      )
      .option('--explain <rule>', 'tell why a rule is there, with examples, and check nothing'),
  async run(command, signal) {
    const { explain, ...options } = command.opts<LintRequest & { readonly explain?: string }>();
    if (explain !== undefined) {
      const { explainRule } = await import('./lint/explain-rule.ts');
      process.stdout.write(await explainRule(explain));
      return exitCodes.clean;
    }
    const { runLint } = await import('./lint/run-lint.ts');
    return runLint({ ...options, files: command.processedArgs[0] }, signal);
  },
};
