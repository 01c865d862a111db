import { createTwoFilesPatch } from 'diff';
import { redactInstruction } from '../finding/index.ts';

/** The unified diff of an edit, without what is secret in it. */
export function patch(path: string, before: string, after: string): string {
  const diff = createTwoFilesPatch(`a/${path}`, `b/${path}`, before, after, '', '', { context: 2 });
  // What is shown is passed on: reports, logs, pull requests.
  return redactInstruction(diff.replace(/^=+\n/, ''));
}
