import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { UserError } from '../../../base/index.ts';
import { checkCompose } from '../../../compose/index.ts';
import { type Compose, composeFilesIn, listProjectDirectory, readCompose } from '../../../project/index.ts';

const mostProblems = 5;

/**
 * Reads the compose file of a directory with its override and what they include; undefined where there is none. Throws a `UserError` that names file and line
 * of what the Compose specification does not allow.
 */
export async function readValidCompose(directory: string, named?: string): Promise<Compose | undefined> {
  const names = await listProjectDirectory(directory);
  for (const file of composeFilesIn(directory, names, named)) {
    // What cannot be read is said by the reader below.
    const text = await readFile(file, 'utf8').catch(() => undefined);
    if (text !== undefined) refuseInvalid(text, relative(directory, file));
  }
  const compose = await readCompose(directory, names, named);
  for (const { file, text } of compose?.included ?? []) refuseInvalid(text, relative(directory, file));
  return compose;
}

function refuseInvalid(text: string, place: string): void {
  const problems = checkCompose(text);
  if (problems.length === 0) return;
  const lines = problems.slice(0, mostProblems).map(({ line, message }) => `${place}:${line}: ${message}`);
  const rest = problems.length - lines.length;
  throw new UserError([...lines, ...(rest > 0 ? [`… and ${rest} more`] : [])].join('\n'), {
    hint: 'Correct the file first; docker compose config shows what Compose reads.',
  });
}
