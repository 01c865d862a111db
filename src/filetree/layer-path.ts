import type { EntryType } from './layer-index.ts';

// ./usr/bin/   /usr/bin   usr//bin   usr/lib/../bin   all mean usr/bin

/** A tar member's name as a path from the root, without slashes at its ends; `..` cannot leave the root, which is ''. */
export function layerPath(name: string): string {
  const start = name.startsWith('./') ? 2 : 0;
  const end = name.endsWith('/') ? name.length - 1 : name.length;
  const path = start === 0 && end === name.length ? name : name.slice(start, end);
  if (!needsWork.test(path)) return path;
  const parts: string[] = [];
  for (const part of name.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return parts.join('/');
}

const needsWork = /(?:^|\/)\.{0,2}(?:\/|$)/;

const whiteoutPrefix = '.wh.';
const opaqueName = '.wh..wh..opq';

/** What a whiteout hides (OCI image-spec, layer.md, "Whiteouts"): undefined for everything else, a bare `.wh.` included. */
export function whiteoutOf(
  path: string,
): { readonly path: string; readonly type: Extract<EntryType, `${string}whiteout`> } | undefined {
  const slash = path.lastIndexOf('/');
  if (!path.startsWith(whiteoutPrefix, slash + 1)) return undefined;
  const name = path.slice(slash + 1);
  if (name === opaqueName) return { path: path.slice(0, Math.max(slash, 0)), type: 'opaque-whiteout' };
  if (name === whiteoutPrefix) return undefined;
  return { path: path.slice(0, slash + 1) + name.slice(whiteoutPrefix.length), type: 'whiteout' };
}
