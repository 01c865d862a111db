import { parentPort } from 'node:worker_threads';
import { UserError } from '../base/index.ts';
import { openFileLayer } from '../image/index.ts';
import { freshColumns } from './index-layer.ts';
import type { Capture } from './index-layer-options.ts';
import type { LayerColumns } from './layer-columns.ts';
import { type LayerAnswer, type LayerRequest, movableMemory } from './layer-thread-talk.ts';

/** Progress is told in steps of this many bytes. */
const stepBytes = 16 * 1024 * 1024;

/**
 * Makes this thread read layers for the one that started it, until that ends it: the whole of a module that is named to
 * `indexImage` as its `threadModule`. `captures` are those that requests may name. Throws when this is no worker thread.
 */
export function serveLayers(captures: readonly Capture[]): void {
  const port = parentPort;
  if (port === null) throw new Error('this module is to be run by a thread');
  const answer = (message: LayerAnswer, moved: readonly ArrayBuffer[] = []): void =>
    port.postMessage(message, moved);
  port.on('message', (request: LayerRequest) => {
    read(request, captures, answer).then(
      (columns) => answer({ kind: 'columns', columns }, movableMemory(columns)),
      (error: unknown) => answer({ kind: 'error', error: sentError(error) }),
    );
  });
}

async function read(
  { file, captureKey, options }: LayerRequest,
  captures: readonly Capture[],
  answer: (message: LayerAnswer) => void,
): Promise<LayerColumns> {
  const capture = captures.find(({ key }) => key === captureKey);
  if (captureKey !== undefined && capture === undefined) throw new Error(`no capture is named ${captureKey}`);
  let untold = 0;
  const tell = (): void => {
    answer({ kind: 'bytes', sizeBytes: untold });
    untold = 0;
  };
  const { columns, kept } = await freshColumns(openFileLayer(file), {
    ...options,
    ...(capture && { capture }),
    onBytes(sizeBytes) {
      untold += sizeBytes;
      if (untold >= stepBytes) tell();
    },
  });
  tell();
  // Whoever started this thread ends it as soon as all have answered.
  await kept;
  return columns;
}

function sentError(error: unknown): { isForUser: boolean; message: string; hint: string | undefined } {
  if (error instanceof UserError) return { isForUser: true, message: error.message, hint: error.hint };
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { isForUser: false, message, hint: undefined };
}
