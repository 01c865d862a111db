import { makeDirectory, messageOf, UserError } from '../../base/index.ts';

/** Makes the directory for saved and unpacked archives; throws a `UserError` where that cannot be. */
export function makeTemporary(directory: string): void {
  try {
    makeDirectory(directory);
  } catch (cause) {
    throw new UserError(`there is no place for temporary files: ${messageOf(cause)}`, {
      hint: 'Name a directory that can be written to (PLIMSOLL_CACHE_DIR).',
      cause,
    });
  }
}
