import { withFilter } from './apply-filter.ts';
import { commandFor } from './bindings.ts';
import { browsePage, type PageStep } from './browse-page.ts';
import { filePages } from './file-content.ts';
import { findFirst, searchFile } from './find-in-file.ts';
import type { Key } from './keys.ts';
import type { ScreenSize } from './layout.ts';
import { keepInSight } from './move.ts';
import type { FilePlace } from './page.ts';
import { editPrompt } from './prompt.ts';
import { runCommand } from './run-command.ts';
import { type BrowseState, layoutOf, type Prompt } from './state.ts';
import type { BrowseStep } from './step.ts';

/** What happens to the browser. */
export type BrowseEvent =
  | { readonly kind: 'key'; readonly key: Key }
  | { readonly kind: 'resized'; readonly size: ScreenSize }
  /** The beginning of a file that was asked for, and its whole size in bytes. */
  | {
      readonly kind: 'read';
      readonly file: FilePlace;
      readonly start: Uint8Array;
      readonly sizeBytes: number;
    }
  | { readonly kind: 'told'; readonly text: string; readonly tone: 'good' | 'bad' };

/** Takes one event in. Quick whatever the image's size: what may take longer is left to `advanceFilter` and to effects. */
export function update(state: BrowseState, event: BrowseEvent): BrowseStep {
  switch (event.kind) {
    case 'resized':
      return { state: keepInSight({ ...state, size: event.size }) };
    case 'told':
      return {
        state: {
          ...state,
          page: state.page?.kind === 'reading' ? undefined : state.page,
          message: { text: event.text, tone: event.tone },
        },
      };
    case 'read':
      return { state: showFile(state, event) };
    case 'key':
      return takeKey({ ...state, message: undefined }, event.key);
  }
}

function takeKey(state: BrowseState, key: Key): BrowseStep {
  if (key.name === 'ctrl-z') return { state, effect: { kind: 'suspend' } };
  if (state.prompt !== undefined) return takePromptKey(state, state.prompt, key);
  if (state.page !== undefined) return pageStep(state, browsePage(state, state.page, key));
  const command = commandFor(key.name, state.focus);
  return command === undefined ? { state } : runCommand(state, command);
}

function pageStep(state: BrowseState, step: PageStep): BrowseStep {
  if (step.kind === 'quit') return { state, effect: { kind: 'quit' } };
  if (step.kind === 'page') return { state: { ...state, page: step.page } };
  if (step.kind === 'find') return { state: { ...state, prompt: { purpose: 'find', text: '', cursor: 0 } } };
  if (step.kind === 'told') return { state: { ...state, message: { text: step.text, tone: 'bad' } } };
  const isReading = state.page?.kind === 'reading';
  return { state: { ...state, page: undefined }, ...(isReading && { effect: { kind: 'stop-reading' } }) };
}

function takePromptKey(state: BrowseState, prompt: Prompt, key: Key): BrowseStep {
  const step = editPrompt(prompt, key);
  if (step.kind === 'edited') {
    const edited = { ...state, prompt: step.prompt };
    const isNewFilter = prompt.purpose === 'filter' && step.prompt.text !== prompt.text;
    return { state: isNewFilter ? withFilter(edited, step.prompt.text) : edited };
  }
  const closed = { ...state, prompt: undefined };
  if (prompt.purpose === 'filter') {
    return { state: step.kind === 'cancelled' ? withFilter(closed, '') : { ...closed, focus: 'files' } };
  }
  if (prompt.purpose === 'find') {
    return { state: step.kind === 'cancelled' ? closed : findInFile(closed, prompt.text) };
  }
  const name = prompt.text.trim();
  if (step.kind === 'cancelled' || name === '' || prompt.file === undefined) return { state: closed };
  return { state: closed, effect: { kind: 'extract', file: prompt.file, name } };
}

/** An empty text looks for the last one again, as in `less`. */
function findInFile(state: BrowseState, text: string): BrowseState {
  const { page, size } = state;
  if (page?.kind !== 'file') return state;
  const wanted = text === '' ? page.search?.text : text;
  if (wanted === undefined) return state;
  const search = searchFile(page.pages, wanted);
  const { bodyRows } = layoutOf(state);
  const found = findFirst(page, search, { columns: size.columns, bodyRows });
  if (found !== undefined) return { ...state, page: found };
  const where = search.lines.length === 0 ? 'in what is shown of the file' : 'from here on; N finds it above';
  return { ...state, page: { ...page, search }, message: { text: `Not ${where}: ${wanted}`, tone: 'bad' } };
}

function showFile(
  state: BrowseState,
  { file, start, sizeBytes }: Extract<BrowseEvent, { readonly kind: 'read' }>,
): BrowseState {
  // Whoever has gone on in the meantime does not want it any more.
  if (state.page?.kind !== 'reading' || state.page.file !== file) return state;
  const pages = filePages(start, sizeBytes);
  return { ...state, page: { kind: 'file', file, sizeBytes, pages, top: 0, left: 0 } };
}
