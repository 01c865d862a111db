import { followLinks } from '../../filetree/index.ts';
import { sourceOf } from '../../python/index.ts';
import type { ShrinkEdit, ShrinkPass, ShrinkSubject } from '../pass.ts';

/**
 * Compiled modules whose source is there: Python compiles them anew at every start. Where a trace tells which modules a start loads,
 * those stay.
 */
export const bytecodePass: ShrinkPass = {
  name: 'bytecode',
  title: 'compiled modules',
  risk: 'opt-in',
  find(subject) {
    const { root, traced } = subject;
    const isLoaded = loadedSources(subject);
    const reason = traced === undefined ? 'compiled from its source' : 'compiled, and no trace loads it';
    const edits: ShrinkEdit[] = [];
    for (const { entry } of root.entries()) {
      const { path, type } = entry;
      if (type !== 'file' || !path.endsWith('.pyc')) continue;
      const source = sourceOf(path);
      if (source === path || root.get(source) === undefined || isLoaded(source)) continue;
      edits.push({ kind: 'remove', path, reason, unit: path });
    }
    return { edits, leftAlone: [] };
  },
};

/** A trace has paths as Python found them, through links too. */
function loadedSources({ root, traced }: ShrinkSubject): (source: string) => boolean {
  const visible = new Set<string>();
  for (const path of traced ?? []) visible.add(followLinks(root, path)?.entry.path ?? path);
  return (source) => visible.has(source);
}
