import { randomBytes } from 'node:crypto';
import { readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import {
  formatBytes,
  makeDirectory,
  messageOf,
  type Progress,
  type RunResult,
  UserError,
} from '../base/index.ts';
import type { BuiltImage } from './engine.ts';
import { callTool, type EngineTool, engineTitles, toolError } from './tool.ts';

/** What to save, and where. */
export interface SaveRequest {
  readonly image: string;
  readonly path: string;
  readonly progress: Progress;
  readonly signal?: AbortSignal | undefined;
}

/** How one engine saves. */
export interface Saver {
  readonly tool: EngineTool;
  readonly inspect: (image: string, signal?: AbortSignal) => Promise<BuiltImage | undefined>;
  /** The words that write `image` to the relative path `file`. */
  readonly saveWords: (image: string, file: string) => readonly string[];
}

const fileName = 'image.tar';

/**
 * Saves an image as a docker-archive, whole or not at all: the engine writes into a folder of its own beside `path` (the engines
 * use temporary names of theirs there), and the finished file is renamed. See `Engine.save`.
 */
export async function saveImage(saver: Saver, { image, path, progress, signal }: SaveRequest): Promise<void> {
  const { tool } = saver;
  const held = await saver.inspect(image, signal);
  if (held === undefined) {
    throw new UserError(`${engineTitles[tool.name]} holds no image ${image}.`, {
      hint: 'Build or pull the image first.',
    });
  }
  const target = resolve(path);
  const folder = join(dirname(target), `.${basename(target)}.${randomBytes(6).toString('hex')}.tmp`);
  const task = progress.start(`Saving ${image}`, held.sizeBytes);
  const watch = watchGrowth(folder, (grownBytes) => task.advance(grownBytes));
  try {
    makeDirectory(folder);
    const result = await callTool(tool, saver.saveWords(image, fileName), {
      cwd: folder,
      limitSeconds: Number.POSITIVE_INFINITY,
      ...(signal ? { signal } : {}),
    });
    if (result.code !== 0) throw saveError(tool, { image, path: target, sizeBytes: held.sizeBytes, result });
    await rename(join(folder, fileName), target);
    task.done(`Saved ${image} (${formatBytes((await stat(target)).size)})`);
  } catch (error) {
    task.done();
    signal?.throwIfAborted();
    throw error instanceof UserError
      ? error
      : new UserError(`${image} cannot be saved to ${path}: ${messageOf(error)}`, { cause: error });
  } finally {
    clearInterval(watch);
    await rm(folder, { recursive: true, force: true });
  }
}

function saveError(
  tool: EngineTool,
  failed: {
    readonly image: string;
    readonly path: string;
    readonly sizeBytes: number;
    readonly result: RunResult;
  },
): UserError {
  const error = toolError(tool, `save ${failed.image} to ${failed.path}`, failed.result);
  if (!/no space left on device|disk quota exceeded/i.test(error.message)) return error;
  return new UserError(error.message, {
    hint: `About ${formatBytes(failed.sizeBytes)} must be free in ${dirname(failed.path)}, and as much where ${engineTitles[tool.name]} keeps its temporary files.`,
  });
}

function watchGrowth(folder: string, grow: (grownBytes: number) => void): NodeJS.Timeout {
  let seenBytes = 0;
  let isLooking = false;
  const look = async (): Promise<void> => {
    const names = await readdir(folder).catch(() => []);
    const sizes = await Promise.all(
      names.map((name) =>
        stat(join(folder, name)).then(
          ({ size }) => size,
          () => 0,
        ),
      ),
    );
    const sizeBytes = sizes.reduce((sum, size) => sum + size, 0);
    if (sizeBytes > seenBytes) grow(sizeBytes - seenBytes);
    seenBytes = Math.max(seenBytes, sizeBytes);
  };
  return setInterval(() => {
    if (isLooking) return;
    isLooking = true;
    void look().finally(() => {
      isLooking = false;
    });
  }, 250);
}
