import type { RootFileSystem, VisibleEntry } from '../filetree/index.ts';

/** Every visible entry by its path, character by character, which no walk through folders gives: `a`, `a-b`, `a/x`. Nothing but the folders on the way is held. */
export function* inPathOrder(root: RootFileSystem): Generator<VisibleEntry> {
  const open = [stepsIn(root, '')];
  for (let steps = open.at(-1); steps !== undefined; steps = open.at(-1)) {
    const next = steps.next();
    if (next.done) open.pop();
    else if (typeof next.value === 'string') open.push(stepsIn(root, next.value));
    else yield next.value;
  }
}

/** What lies in a folder, and the paths of the folders in it where what lies below them has its turn. */
function* stepsIn(root: RootFileSystem, folder: string): Generator<VisibleEntry | string> {
  const start = folder === '' ? '' : `${folder}/`;
  const keys: string[] = [];
  for (const name of root.namesIn(folder)) {
    keys.push(name);
    // Every path below it goes on like that.
    if (root.get(`${start}${name}`)?.entry.type === 'directory') keys.push(`${name}/`);
  }
  for (const key of keys.sort()) {
    if (key.endsWith('/')) yield `${start}${key.slice(0, -1)}`;
    else {
      const visible = root.get(`${start}${key}`);
      if (visible !== undefined) yield visible;
    }
  }
}
