import { Worker } from 'node:worker_threads';
import { UserError } from '../base/index.ts';
import type { FileLayer } from '../image/index.ts';
import type { IndexLayerOptions } from './index-layer-options.ts';
import type { LayerColumns } from './layer-columns.ts';
import type { LayerAnswer, LayerRequest } from './layer-thread-talk.ts';

/** Threads that read layers beside this one. */
export interface LayerThreads {
  /** Has a free thread read a layer; undefined when none is free. Rejects as reading it here would. */
  take(file: FileLayer, options: IndexLayerOptions): Promise<LayerColumns> | undefined;
  /** Ends all threads, at once. */
  close(): Promise<void>;
}

/** Starts up to `count` threads that run `module` (see `serveLayers`), each when there is work for it. */
export function layerThreads(module: URL, count: number): LayerThreads {
  const free: Worker[] = [];
  const all: Worker[] = [];
  const start = (): Worker | undefined => {
    if (all.length >= count) return undefined;
    // What this process was started with (a profiler, an inspector) is not meant for its threads.
    const thread = new Worker(module, { execArgv: [] });
    all.push(thread);
    return thread;
  };
  return {
    take(file, options) {
      const thread = free.pop() ?? start();
      if (thread === undefined) return undefined;
      return ask(thread, file, options).finally(() => free.push(thread));
    },
    async close() {
      await Promise.all(all.map(async (thread) => await thread.terminate()));
    },
  };
}

async function ask(thread: Worker, file: FileLayer, options: IndexLayerOptions): Promise<LayerColumns> {
  const { capture, signal, onBytes, ...plain } = options;
  signal?.throwIfAborted();
  const request: LayerRequest = { file, captureKey: capture?.key, options: plain };
  const { promise, resolve, reject } = Promise.withResolvers<LayerColumns>();
  const onAnswer = (answer: LayerAnswer): void => {
    if (answer.kind === 'bytes') onBytes?.(answer.sizeBytes);
    else if (answer.kind === 'columns') resolve(answer.columns);
    else reject(receivedError(answer.error));
  };
  const onExit = (): void => reject(new Error(`the thread that read ${file.title} has ended`));
  const onAbort = (): void => reject(signal?.reason);
  thread.on('message', onAnswer).on('error', reject).on('exit', onExit);
  signal?.addEventListener('abort', onAbort);
  try {
    thread.postMessage(request);
    return await promise;
  } finally {
    thread.off('message', onAnswer).off('error', reject).off('exit', onExit);
    signal?.removeEventListener('abort', onAbort);
  }
}

function receivedError({
  isForUser,
  message,
  hint,
}: Extract<LayerAnswer, { kind: 'error' }>['error']): Error {
  return isForUser ? new UserError(message, hint === undefined ? {} : { hint }) : new Error(message);
}
