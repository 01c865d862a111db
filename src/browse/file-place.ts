import { followLinks } from '../filetree/index.ts';
import { entryOf, eventAt, eventKinds, type FileHistory, isPresent, pathFinder } from './file-history.ts';
import type { FilePlace } from './page.ts';
import { type BrowseState, viewOf } from './state.ts';

/** As many hard links as can follow each other before something is wrong. */
const linkLimit = 40;

/** Where the content of an event is stored, through hard links; undefined for what is no file. */
export function placeOf(history: FileHistory, event: number): FilePlace | undefined {
  let at = event;
  for (let followed = 0; followed <= linkLimit; followed++) {
    const entry = entryOf(history, at);
    const layer = history.eventLayers[at] ?? 0;
    if (entry?.type === 'file') return { path: entry.path, layer, position: history.eventPositions[at] ?? 0 };
    if (entry?.type !== 'hardlink') return undefined;
    const node = pathFinder(history)(entry.linkTarget ?? '');
    if (node < 0) return undefined;
    const target = eventAt(history, node, layer);
    // A layer may link to a file of a lower one and remove the file itself.
    at = isPresent(history, target) ? target : (history.previousEvents[target] ?? -1);
  }
  return undefined;
}

/** The node that a symlink leads to in the file system that is shown; undefined where it leads nowhere. */
export function linkTargetOf(state: BrowseState, path: string): number | undefined {
  const { history, subject } = state.model;
  const find = pathFinder(history);
  const view = viewOf(state);
  const target = followLinks(
    {
      ...subject.root,
      get(at) {
        const event = view.events[find(at)] ?? -1;
        const entry = entryOf(history, event);
        return entry && { entry, layer: history.eventLayers[event] ?? 0 };
      },
    },
    path,
  );
  const node = target === undefined ? -1 : find(target.entry.path);
  return node > 0 ? node : undefined;
}

/** True for an event that made a directory. */
export function isDirectoryEvent(history: FileHistory, event: number): boolean {
  return history.eventKinds[event] === eventKinds.directory;
}
