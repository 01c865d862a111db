import { dirname, resolve } from 'node:path';
import { importsOf, sourceFiles } from './imports.ts';

/** Files that need each other, each importing the next and the last one the first; types count as values do. */
export type Circle = readonly string[];

/** Circles of imports below `src`, the shortest through each file that is in none of those before; empty where there is none. */
export function circles(src: string): Circle[] {
  const files = sourceFiles(src).filter((file) => !file.endsWith('.test.ts'));
  const targets = new Map(files.map((file) => [file, targetsOf(file)]));
  const seen = new Set<string>();
  const found: Circle[] = [];
  for (const file of files) {
    const circle = seen.has(file) ? undefined : shortestCircle(file, targets);
    for (const one of circle ?? []) seen.add(one);
    if (circle !== undefined) found.push(circle);
  }
  return found;
}

function targetsOf(file: string): readonly string[] {
  return importsOf(file)
    .filter(({ specifier }) => specifier.startsWith('.'))
    .map(({ specifier }) => resolve(dirname(file), specifier));
}

// Breadth first, so that the circle that is told is the one that is easiest to see.
function shortestCircle(start: string, targets: ReadonlyMap<string, readonly string[]>): Circle | undefined {
  const cameFrom = new Map<string, string | undefined>([[start, undefined]]);
  for (const file of cameFrom.keys()) {
    for (const target of targets.get(file) ?? []) {
      if (target === start) return wayTo(file, cameFrom);
      if (targets.has(target) && !cameFrom.has(target)) cameFrom.set(target, file);
    }
  }
  return undefined;
}

function wayTo(file: string, cameFrom: ReadonlyMap<string, string | undefined>): Circle {
  const before = cameFrom.get(file);
  return before === undefined ? [file] : [...wayTo(before, cameFrom), file];
}
