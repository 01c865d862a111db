import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';

/** One import of a source file. */
export interface FoundImport {
  /** As written: `./layer.ts`. */
  readonly specifier: string;
  readonly isTypeOnly: boolean;
  readonly line: number;
}

const importPattern =
  /^\s*(?:import|export)\s+(type\s)?(?:[^'";]*?\sfrom\s+)?'([^']+)'|\bimport\(\s*'([^']+)'\s*\)/gm;

/** The imports of a file, re-exports and lazy ones among them, in the order in which they stand there. */
export function importsOf(file: string): FoundImport[] {
  const text = readFileSync(file, 'utf8');
  return [...text.matchAll(importPattern)].map((match) => ({
    specifier: match[2] ?? match[3] ?? '',
    isTypeOnly: match[1] !== undefined,
    line: text.slice(0, match.index).split('\n').length + (match[0].startsWith('\n') ? 1 : 0),
  }));
}

/** All TypeScript files below a folder but fixtures, by path, in order. */
export function sourceFiles(dir: string): string[] {
  return readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.split(sep).includes('fixtures'))
    .sort()
    .map((name) => join(dir, name));
}
