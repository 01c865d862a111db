/** Everything that keys can do outside of prompts and pages. */
export type Command =
  | 'quit'
  | 'suspend'
  | 'help'
  | 'switch-pane'
  | 'up'
  | 'down'
  | 'page-up'
  | 'page-down'
  | 'first'
  | 'last'
  | 'close'
  | 'open'
  | 'toggle-fold'
  | 'toggle-all-folds'
  | 'view-file'
  | 'extract'
  | 'filter'
  | 'clear'
  | 'layer-changes'
  | 'aggregated-changes'
  | 'layer-below'
  | 'layer-above'
  | 'toggle-added'
  | 'toggle-removed'
  | 'toggle-modified'
  | 'toggle-unmodified'
  | 'toggle-attributes'
  | 'toggle-order'
  | 'next-view'
  | 'tree-view'
  | 'package-view'
  | 'finding-view';

/** Keys of one command. */
export interface Binding {
  readonly command: Command;
  /** As `Key.name` tells them. */
  readonly keys: readonly string[];
  /** The pane in which they do this; absent: in both. */
  readonly pane?: 'layers' | 'files';
  readonly help: string;
}

/** All keys: those of dive, and those of vi beside them. A pane's own come before those of both. */
export const bindings: readonly Binding[] = [
  {
    command: 'aggregated-changes',
    keys: ['ctrl-a'],
    pane: 'layers',
    help: 'show all changes since the first layer',
  },
  {
    command: 'layer-changes',
    keys: ['ctrl-l'],
    pane: 'layers',
    help: 'show the changes of the selected layer only',
  },
  { command: 'switch-pane', keys: ['tab', 'shift-tab'], help: 'switch between layers and files' },
  { command: 'up', keys: ['up', 'k'], help: 'one line up' },
  { command: 'down', keys: ['down', 'j'], help: 'one line down' },
  { command: 'page-up', keys: ['pageup', 'u'], help: 'one page up' },
  { command: 'page-down', keys: ['pagedown', 'd'], help: 'one page down' },
  { command: 'first', keys: ['home', 'g'], help: 'to the first line' },
  { command: 'last', keys: ['end', 'G'], help: 'to the last line' },
  { command: 'layer-below', keys: ['['], help: 'the layer before, from any pane' },
  { command: 'layer-above', keys: [']'], help: 'the layer after, from any pane' },
  { command: 'open', keys: ['right', 'l'], pane: 'files', help: 'open a directory, or go into it' },
  { command: 'close', keys: ['left', 'h'], pane: 'files', help: 'close a directory, or go to the one above' },
  { command: 'toggle-fold', keys: ['space'], pane: 'files', help: 'open or close a directory' },
  { command: 'toggle-all-folds', keys: ['ctrl-space'], pane: 'files', help: 'open or close all directories' },
  {
    command: 'view-file',
    keys: ['enter'],
    pane: 'files',
    help: 'show a file (a directory: open or close; a link: go to its target)',
  },
  {
    command: 'extract',
    keys: ['x', 'ctrl-e'],
    pane: 'files',
    help: 'write the selected file into the working directory',
  },
  {
    command: 'filter',
    keys: ['/', 'ctrl-f', 'ctrl-/'],
    help: 'show only paths with a text or an expression',
  },
  { command: 'clear', keys: ['escape'], help: 'end the filter' },
  { command: 'toggle-added', keys: ['ctrl-a'], pane: 'files', help: 'show or hide what was added' },
  { command: 'toggle-removed', keys: ['ctrl-r'], pane: 'files', help: 'show or hide what was removed' },
  {
    command: 'toggle-modified',
    keys: ['m', 'ctrl-m'],
    pane: 'files',
    help: 'show or hide what was modified (most terminals cannot tell ctrl-m from enter)',
  },
  { command: 'toggle-unmodified', keys: ['ctrl-u'], pane: 'files', help: 'show or hide what is as before' },
  { command: 'toggle-attributes', keys: ['ctrl-b'], help: 'show or hide permissions, owner and size' },
  {
    command: 'toggle-order',
    keys: ['s', 'ctrl-o'],
    help: 'sort by size (findings: the worst first) or by name',
  },
  { command: 'next-view', keys: ['v'], help: 'the next view: files, packages, findings' },
  { command: 'tree-view', keys: ['1'], help: 'the tree of files, at the selected one' },
  { command: 'package-view', keys: ['2'], help: 'packages and their files' },
  { command: 'finding-view', keys: ['3'], help: 'findings, their files and remedies' },
  { command: 'help', keys: ['?', 'f1'], help: 'this page' },
  { command: 'suspend', keys: ['ctrl-z'], help: 'back to the shell for a while; fg continues' },
  { command: 'quit', keys: ['q', 'ctrl-c'], help: 'leave' },
];

/** What a key does in a pane. */
export function commandFor(key: string, pane: 'layers' | 'files'): Command | undefined {
  return bindings.find((one) => (one.pane ?? pane) === pane && one.keys.includes(key))?.command;
}
