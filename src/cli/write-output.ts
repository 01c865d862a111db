import { realpath, stat, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { messageOf, UserError, writeFileWhole } from '../base/index.ts';
import type { CliEnvironment } from './environment.ts';

/** Whether what an option names is standard output: nothing, or `-` (POSIX, Utility Syntax Guidelines 13). */
export function isStandardOutput(path: string | undefined): path is '-' | undefined {
  return path === undefined || path === '-';
}

/** Prints a text, or writes it into the file that a user named for it, which is told. Throws a `UserError` where that cannot be. */
export async function deliverText(
  text: string,
  path: string | undefined,
  { cwd, write, progress }: Pick<CliEnvironment, 'cwd' | 'write' | 'progress'>,
): Promise<void> {
  if (isStandardOutput(path)) return write(text);
  const file = resolve(cwd, path);
  await writeOutput(file, text);
  progress.note(`written: ${file}`);
}

/**
 * Writes what a user asked for into the file that `option` names: whole or not at all, through a link into what it leads to,
 * and into a device or a pipe (`/dev/stdout`) as it is. Throws a `UserError` where that cannot be.
 */
export async function writeOutput(path: string, text: string, option = '--output'): Promise<void> {
  try {
    const target = await realpath(path).catch(() => path);
    const there = await stat(target).catch(() => undefined);
    // A new file in the place of a device would take the device away.
    if (there === undefined || there.isFile()) await writeFileWhole(target, text);
    else await writeFile(target, text);
  } catch (error) {
    throw new UserError(`${path} cannot be written: ${messageOf(error)}`, {
      hint: `Name a file in a directory that you may write to, or leave ${option} away.`,
      cause: error,
    });
  }
}
