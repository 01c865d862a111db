import type { ShrinkSubject } from './pass.ts';
import { moduleAt } from './site-packages.ts';

/**
 * Which of the folders (inside of site-packages) something outside of them needs, with the reason: a module that imports them or
 * names them in a string, an entry point, an import line of a `.pth` file. What a folder that is needed imports is needed, too.
 */
export function neededTestFolders(
  subject: Pick<ShrinkSubject, 'study' | 'root'>,
  folders: readonly string[],
): ReadonlyMap<string, string> {
  const byModule = Map.groupBy(folders, (folder) => moduleAt(folder) ?? '');
  const targets = targetsOf(subject.study.names, byModule);
  const needed = new Map<string, string>();
  for (const { name, source } of outsideNames(subject)) {
    for (const folder of foldersOf(name, byModule)) needed.set(folder, `${source} names ${name}`);
  }
  const files: {
    readonly path: string;
    readonly folders: readonly string[];
    readonly home: string | undefined;
  }[] = [];
  for (const { path, names } of subject.study.mentions) {
    const found = new Set<string>();
    for (const number of names) for (const folder of targets.get(number) ?? []) found.add(folder);
    if (found.size === 0) continue;
    files.push({ path, folders: [...found], home: folders.find((one) => path.startsWith(`${one}/`)) });
  }
  for (let before = -1; before < needed.size; ) {
    before = needed.size;
    for (const { path, folders: found, home } of files) {
      if (home !== undefined && !needed.has(home)) continue;
      for (const folder of found) {
        if (folder !== home && !needed.has(folder)) needed.set(folder, `${path} imports it`);
      }
    }
  }
  return needed;
}

type ByModule = ReadonlyMap<string, readonly string[]>;

/** The folders behind each name, by the name's number; only names with any. */
function targetsOf(names: readonly string[], byModule: ByModule): ReadonlyMap<number, readonly string[]> {
  const targets = new Map<number, readonly string[]>();
  for (const [number, name] of names.entries()) {
    const found = name.includes('test') ? foldersOf(name, byModule) : [];
    if (found.length > 0) targets.set(number, found);
  }
  return targets;
}

/** `a.tests.b.c` lies in the folders that are imported as `a.tests`. */
function foldersOf(name: string, byModule: ByModule): string[] {
  const steps = name.split('.');
  return steps.flatMap((_, length) => byModule.get(steps.slice(0, length + 1).join('.')) ?? []);
}

/** What is named outside of Python files. */
export function outsideNames({
  root,
}: Pick<ShrinkSubject, 'root'>): readonly { readonly name: string; readonly source: string }[] {
  return root.captured().flatMap((path) => {
    const pattern = path.endsWith('/entry_points.txt')
      ? /=\s*([\w.]+)/g
      : path.endsWith('.pth')
        ? /\bimport\s+([\w.]+)/g
        : undefined;
    const content = pattern && root.content(path);
    if (pattern === undefined || content === undefined) return [];
    const text = Buffer.from(content).toString('latin1');
    return [...text.matchAll(pattern)].map((match) => ({ name: match[1] ?? '', source: path }));
  });
}
