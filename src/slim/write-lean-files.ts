import { cp, link, mkdir, readFile, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createTwoFilesPatch } from 'diff';
import { decodeLossless, messageOf, UserError, writeFileWhole } from '../base/index.ts';
import type { LeanFile } from './lean-file.ts';

/** The folder below the project where Plimsoll keeps everything it makes. */
export const plimsollDir = '.plimsoll';

/** Writes the lean files into `DIR/.plimsoll/lean/`, replacing those of an earlier run. The project itself is not touched. Throws a `UserError` when it cannot write. */
export async function writeLeanFiles(
  projectDir: string,
  files: readonly LeanFile[],
): Promise<readonly string[]> {
  const target = join(projectDir, plimsollDir, 'lean');
  try {
    await rm(target, { recursive: true, force: true });
    for (const file of files) await writeFileWhole(join(target, pathInside(file.path)), file.content);
    // Whatever tool walks the project (git, linters, the next build) should pass this folder by.
    await writeFileWhole(join(projectDir, plimsollDir, '.gitignore'), '*\n');
  } catch (error) {
    throw new UserError(`${join(projectDir, plimsollDir)} could not be written: ${messageOf(error)}`, {
      hint: 'Check the permissions of the folder; `plimsoll slim --explain` shows the edits and writes nothing.',
      cause: error,
    });
  }
  return files.map((file) => join(target, pathInside(file.path)));
}

/** A pipeline may lie above the project: `../../.github/workflows/ci.yml` is written without the way up. */
function pathInside(path: string): string {
  return path.replace(/^(?:\.\.\/)+/, '');
}

/**
 * Lays out the build context of the lean image in `stageDir`: the project's files that the lean `.dockerignore` lets
 * through (hard links where the file system allows, copies elsewhere) with the lean files in place of the old ones.
 */
export async function stageContext(
  projectDir: string,
  stageDir: string,
  content: { readonly paths: readonly string[]; readonly files: readonly LeanFile[] },
): Promise<void> {
  await rm(stageDir, { recursive: true, force: true });
  await mkdir(stageDir, { recursive: true });
  const replaced = new Set(content.files.filter((one) => one.isNotBuilt !== true).map((file) => file.path));
  for (const path of content.paths) {
    if (replaced.has(path)) continue;
    const target = join(stageDir, path);
    await mkdir(dirname(target), { recursive: true });
    await linkOrCopy(join(projectDir, path), target);
  }
  for (const file of content.files.filter((one) => one.isNotBuilt !== true))
    await writeFileWhole(join(stageDir, file.path), file.content, await modeOf(join(projectDir, file.path)));
}

async function linkOrCopy(source: string, target: string): Promise<void> {
  try {
    const info = await stat(source).catch(() => undefined);
    if (info?.isDirectory()) await mkdir(target, { recursive: true });
    else await link(source, target);
  } catch {
    await cp(source, target, { preserveTimestamps: true, verbatimSymlinks: true });
  }
}

async function modeOf(path: string): Promise<number> {
  const info = await stat(path).catch(() => undefined);
  return info === undefined ? 0o644 : info.mode & 0o7777;
}

/** Does `--apply` change it? */
function isApplied({ content, previous, isOffered }: LeanFile): boolean {
  return content !== previous && isOffered !== true;
}

/** The unified diff between the project's files and the lean ones, as `--apply` shows it. */
export function diffOf(files: readonly LeanFile[]): string {
  return files
    .filter(isApplied)
    .map((file) => {
      const from = file.previous === undefined ? '/dev/null' : `a/${file.path}`;
      return createTwoFilesPatch(from, `b/${file.path}`, file.previous ?? '', file.content, '', '', {
        context: 3,
      }).replace(/^=+\n/, '');
    })
    .join('\n');
}

/**
 * Puts the lean files into the project, after copying each file that changes to `.plimsoll/backup/<stamp>/`.
 * A file that has changed since it was read stops everything before the first write.
 */
export async function applyLeanFiles(
  projectDir: string,
  files: readonly LeanFile[],
  stamp: string,
): Promise<string> {
  const changed = files.filter(isApplied);
  for (const file of changed) {
    const now = await readFile(join(projectDir, file.path)).then(decodeLossless, () => undefined);
    if (now !== file.previous) {
      throw new UserError(`${file.path} has changed since it was read, so nothing was applied.`, {
        hint: 'Run the command again.',
      });
    }
  }
  const backup = join(projectDir, plimsollDir, 'backup', stamp);
  for (const file of changed) {
    if (file.previous !== undefined) await writeFileWhole(join(backup, pathInside(file.path)), file.previous);
  }
  for (const file of changed) {
    const path = join(projectDir, file.path);
    await writeFileWhole(path, file.content, await modeOf(path)).catch((error: unknown) => {
      throw new UserError(`${file.path} could not be written: ${messageOf(error)}`, {
        hint: `The files as they were are in ${backup}.`,
        cause: error,
      });
    });
  }
  return backup;
}
