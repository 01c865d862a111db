import { readFile, realpath, stat } from 'node:fs/promises';
import { decodeLossless, messageOf, UserError, writeFileWhole } from '../base/index.ts';

/**
 * Writes one of the user's files whole, with the permissions that it has; where a link stands, what it leads to is written. Throws a
 * `UserError` when the file is no longer what was read (`previous`, undefined for none) or cannot be written.
 */
export async function replaceFile(
  path: string,
  previous: string | undefined,
  content: string,
): Promise<void> {
  const target = await realpath(path).catch(() => path);
  const now = await readFile(target).then(decodeLossless, () => undefined);
  if (now !== previous) {
    throw new UserError(`${path} has changed since it was read, so it was not written.`, {
      hint: 'Run the command again.',
    });
  }
  const mode = await stat(target).then(
    (info) => info.mode & 0o7777,
    () => 0o644,
  );
  await writeFileWhole(target, content, mode).catch((error: unknown) => {
    throw new UserError(`${path} could not be written: ${messageOf(error)}`, {
      hint: 'Check the permissions of the folder; without --fix the change is only shown.',
      cause: error,
    });
  });
}
