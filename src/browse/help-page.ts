import { bindings } from './bindings.ts';

const keySigns: Readonly<Record<string, string>> = {
  up: '↑',
  down: '↓',
  left: '←',
  right: '→',
  pageup: 'page up',
  pagedown: 'page down',
  escape: 'esc',
  'shift-tab': 'shift-tab',
};

const panes = { layers: 'layers', files: 'files' } as const;

/** One line of the help: keys, the pane they work in, what they do. */
export interface HelpLine {
  readonly keys: string;
  readonly pane: string;
  readonly text: string;
}

const keyLines: readonly HelpLine[] = bindings.map(({ keys, pane, help }) => ({
  keys: keys.map((key) => keySigns[key] ?? key).join(', '),
  pane: pane === undefined ? '' : panes[pane],
  text: help,
}));

// Beside those that scroll, which do as in the lists.
const fileLines: readonly HelpLine[] = [
  {
    keys: '/, ctrl-f, ctrl-/',
    pane: 'a file',
    text: 'look for a text or an expression in the file that is shown',
  },
  { keys: 'n', pane: 'a file', text: 'to the next line with a match' },
  { keys: 'N', pane: 'a file', text: 'to the line with a match before' },
];

const signLines: readonly HelpLine[] = [
  { keys: '', pane: '', text: '' },
  { keys: '+ ~ -', pane: '', text: 'added, modified, removed by the layer' },
  { keys: '✗', pane: '', text: 'dead: stored in this layer, hidden by a later one' },
  { keys: '◇', pane: '', text: 'avoidable: visible, not needed at run time' },
  { keys: '=', pane: '', text: 'another name of a file, whose bytes count there (hard links)' },
];

/** All keys and signs. */
export const helpLines: readonly HelpLine[] = [...keyLines, ...fileLines, ...signLines];

/** How many lines the help has. */
export const helpLineCount: number = helpLines.length;
