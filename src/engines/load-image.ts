import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { formatBytes, messageOf, type Progress, UserError } from '../base/index.ts';
import { callTool, type EngineTool, toolError } from './tool.ts';

/** What to load. */
export interface LoadRequest {
  readonly path: string;
  readonly progress: Progress;
  readonly signal?: AbortSignal | undefined;
}

/** Loads a docker-archive under the names in it. See `Engine.load`. */
export async function loadImage(
  tool: EngineTool,
  /** The words that read an archive. */
  loadWords: (path: string) => readonly string[],
  { path, progress, signal }: LoadRequest,
): Promise<void> {
  const { size } = await stat(path).catch((cause: unknown) => {
    throw new UserError(`${path} cannot be loaded: ${messageOf(cause)}`, { cause });
  });
  const task = progress.start(`Loading ${basename(path)} (${formatBytes(size)})`);
  try {
    const result = await callTool(tool, loadWords(path), {
      limitSeconds: Number.POSITIVE_INFINITY,
      ...(signal ? { signal } : {}),
    });
    if (result.code !== 0) throw toolError(tool, `load ${path}`, result);
  } finally {
    task.done();
  }
}
