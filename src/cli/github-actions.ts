import { appendFile } from 'node:fs/promises';
import { messageOf } from '../base/index.ts';
import type { CliEnvironment } from './environment.ts';

type Surroundings = Pick<CliEnvironment, 'variables' | 'progress'>;

/**
 * In a step of GitHub Actions, adds Markdown to the page of the run; elsewhere nothing happens. A page that cannot be written to is
 * told, and is no reason to fail.
 */
export async function addToStepSummary(
  markdown: string,
  { variables, progress }: Surroundings,
): Promise<void> {
  const { GITHUB_STEP_SUMMARY: file = '' } = variables;
  if (file === '') return;
  await appendFile(file, `${markdown}\n`).catch((error: unknown) => {
    progress.note(`the summary of the step could not be written: ${messageOf(error)}`);
  });
}

/** In GitHub Actions, hands on workflow commands; on standard error, which the runner reads as well, so that the output stays as it is. */
export function annotate(commands: string, { variables }: Pick<CliEnvironment, 'variables'>): void {
  if (isGithubActions(variables) && commands !== '') process.stderr.write(commands);
}

/** Whether a runner of GitHub Actions reads what is printed. */
export function isGithubActions({ GITHUB_ACTIONS: value }: CliEnvironment['variables']): boolean {
  return value === 'true';
}
