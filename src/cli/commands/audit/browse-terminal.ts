import { resolve } from 'node:path';
import { ReadStream, WriteStream } from 'node:tty';
import { formatBytes, messageOf, UserError } from '../../../base/index.ts';
import {
  advanceFilter,
  type BrowseEffect,
  type BrowseEvent,
  type BrowseState,
  type BrowseSubject,
  browseModel,
  type FilePlace,
  render,
  shownTextBytes,
  startBrowsing,
  update,
} from '../../../browse/index.ts';
import type { Layer } from '../../../image/index.ts';
import { extractFile, readFileStart } from './read-layer-file.ts';
import { enterTerminal, type TerminalOutput } from './terminal-session.ts';

/** What browsing needs besides the subject. */
export interface BrowseTerminalOptions {
  /** The layers of the open image, lowest first. */
  readonly layers: readonly Layer[];
  /** Where extracted files go. */
  readonly cwd: string;
  readonly hasColour: boolean;
  /** Ends browsing when it is aborted. */
  readonly signal: AbortSignal;
}

/** The terminal on standard input and output; throws a `UserError` where there is none. */
export function requireTerminal(): { readonly input: ReadStream; readonly output: TerminalOutput } {
  const { stdin, stdout } = process;
  if (stdin instanceof ReadStream && stdout instanceof WriteStream) return { input: stdin, output: stdout };
  throw new UserError('The browser needs a terminal, and standard input or output is none.', {
    hint: 'Leave -i away for the table, or use --json for a program.',
  });
}

/** Browses an image on the terminal until its user leaves. The terminal is given back whatever happens. */
export async function browseInTerminal(
  subject: BrowseSubject,
  options: BrowseTerminalOptions,
): Promise<void> {
  const { input, output } = requireTerminal();
  const model = browseModel(subject);
  const { promise, resolve: quit, reject: fail } = Promise.withResolvers<void>();
  const reading: { current?: AbortController } = {};
  const closing = new AbortController();
  const signal = AbortSignal.any([options.signal, closing.signal]);
  let state: BrowseState | undefined;
  let isDrawing = false;
  const take = (event: BrowseEvent): void => {
    if (state === undefined) return;
    const step = update(state, event);
    state = step.state;
    if (step.effect !== undefined) perform(step.effect);
    draw();
  };
  const attempt = (work: () => void): void => {
    try {
      work();
    } catch (error) {
      fail(error);
    }
  };
  // Between two portions of a filter, keys get their turn.
  const draw = (): void => {
    if (isDrawing) return;
    isDrawing = true;
    setImmediate(() =>
      attempt(() => {
        isDrawing = false;
        if (state === undefined) return;
        state = advanceFilter(state);
        session.show(render(state, options));
        if (state.filter?.isRunning === true) draw();
      }),
    );
  };
  const perform = (effect: BrowseEffect): void => {
    if (effect.kind === 'quit') quit();
    else if (effect.kind === 'suspend') session.suspend();
    else if (effect.kind === 'stop-reading') reading.current?.abort();
    else
      void performReading(effect, { ...options, signal }, reading).then(
        (event) => event && attempt(() => take(event)),
        fail,
      );
  };
  const session = enterTerminal(input, output, {
    onKey: (key) => attempt(() => take({ kind: 'key', key })),
    onResize: (size) => attempt(() => take({ kind: 'resized', size })),
    onEnd: quit,
  });
  const onAbort = (): void => fail(options.signal.reason);
  options.signal.addEventListener('abort', onAbort);
  try {
    options.signal.throwIfAborted();
    state = startBrowsing(model, session.size());
    draw();
    await promise;
  } finally {
    state = undefined;
    options.signal.removeEventListener('abort', onAbort);
    closing.abort();
    session.leave();
  }
}

/** Reads or extracts a file; what went wrong is told to the user, who browses on. */
async function performReading(
  effect: Extract<BrowseEffect, { readonly file: FilePlace }>,
  { layers, cwd, signal }: BrowseTerminalOptions,
  reading: { current?: AbortController },
): Promise<BrowseEvent | undefined> {
  const { file } = effect;
  const stop = new AbortController();
  if (effect.kind === 'read') reading.current = stop;
  const either = AbortSignal.any([signal, stop.signal]);
  try {
    const layer = layers[file.layer];
    if (layer === undefined) throw new UserError(`The image has no layer ${file.layer}.`);
    if (effect.kind === 'read') {
      const { start, sizeBytes } = await readFileStart(layer, file, {
        limitBytes: shownTextBytes,
        signal: either,
      });
      return { kind: 'read', file, start, sizeBytes };
    }
    const path = resolve(cwd, effect.name);
    const sizeBytes = await extractFile(layer, file, { path, signal: either });
    return { kind: 'told', text: `${formatBytes(sizeBytes)} written to ${path}`, tone: 'good' };
  } catch (error) {
    return either.aborted ? undefined : { kind: 'told', text: messageOf(error), tone: 'bad' };
  }
}
