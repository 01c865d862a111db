// Lints the architecture: every import points down, and enters another room by its door (`index.ts`).
//   node tools/rooms.ts [SRC]      exit 1 with a line for each illegal import
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';

/**
 * The rooms from the bottom up. A room may import rooms of lower floors only; rooms on one floor are strangers,
 * except on floors marked `ordered`, where a later room may import an earlier one.
 */
export const floors: readonly {
  readonly name: string;
  readonly rooms: readonly string[];
  readonly ordered?: true;
}[] = [
  { name: 'ground', rooms: ['base', 'finding'] },
  { name: 'media', rooms: ['tar', 'image', 'engines'], ordered: true },
  {
    name: 'knowledge',
    rooms: ['filetree', 'distro', 'python', 'dockerignore', 'dockerfile', 'project'],
    ordered: true,
  },
  {
    name: 'features',
    rooms: [
      'audit',
      'forecast',
      'deps',
      'slim',
      'verify',
      'shrink',
      'compare',
      'push',
      'sbom',
      'scan',
      'policy',
      'compose',
      'pipeline',
      'update',
      'monitor',
      'doctor',
    ],
  },
  { name: 'report', rooms: ['report', 'browse'], ordered: true },
  { name: 'top', rooms: ['cli'] },
];

/** One import that the architecture forbids. */
export interface IllegalImport {
  readonly file: string;
  readonly line: number;
  readonly target: string;
  readonly reason: string;
}

const importPattern =
  /^\s*(?:import|export)\s+(type\s)?(?:[^'";]*?\sfrom\s+)?'([^']+)'|\bimport\(\s*'([^']+)'\s*\)/gm;

/** Every illegal import below `src`, in path order. */
export function illegalImports(src: string): IllegalImport[] {
  return sourceFiles(src).flatMap((file) => importsOf(file).flatMap((found) => judge(src, file, found)));
}

interface FoundImport {
  readonly specifier: string;
  readonly isTypeOnly: boolean;
  readonly line: number;
}

function importsOf(file: string): FoundImport[] {
  const text = readFileSync(file, 'utf8');
  return [...text.matchAll(importPattern)].map((match) => ({
    specifier: match[2] ?? match[3] ?? '',
    isTypeOnly: match[1] !== undefined,
    line: text.slice(0, match.index).split('\n').length + (match[0].startsWith('\n') ? 1 : 0),
  }));
}

function judge(src: string, file: string, found: FoundImport): IllegalImport[] {
  if (!found.specifier.startsWith('.')) return [];
  const target = resolve(dirname(file), found.specifier);
  const [fromRoom, toRoom] = [roomOf(src, file), roomOf(src, target)];
  const illegal = (reason: string): IllegalImport[] => [
    { file: relative(dirname(src), file), line: found.line, target: found.specifier, reason },
  ];
  if (relative(src, target).startsWith('..')) return illegal('leaves the source tree');
  if (fromRoom === toRoom) return [];
  if (fromRoom === '') return [];
  if (toRoom === '') return illegal('a room never imports the library door');
  const isTestFile = file.endsWith('.test.ts');
  if (!isTestFile && !isBelow(toRoom, fromRoom))
    return illegal(`${fromRoom} may not import ${toRoom}: imports point down`);
  if (!isTestFile && fromRoom === 'report' && isFeature(toRoom) && !found.isTypeOnly) {
    return illegal('report imports the types of features only');
  }
  const place = relative(src, target).split(sep).slice(1);
  // What a room's tests stand on is as good for the tests above it.
  if (isTestFile && place.includes('fixtures') && isBelow(toRoom, fromRoom)) return [];
  if (place.join('/') !== 'index.ts') return illegal(`enter ${toRoom} by its index.ts`);
  return [];
}

function roomOf(src: string, path: string): string {
  const [room, ...rest] = relative(src, path).split(sep);
  return rest.length === 0 ? '' : (room ?? '');
}

function isBelow(lower: string, upper: string): boolean {
  const floorOf = (room: string): number => floors.findIndex((floor) => floor.rooms.includes(room));
  const [low, high] = [floorOf(lower), floorOf(upper)];
  if (low === -1 || high === -1) return false;
  if (low !== high) return low < high;
  const floor = floors[low];
  return floor?.ordered === true && floor.rooms.indexOf(lower) < floor.rooms.indexOf(upper);
}

function isFeature(room: string): boolean {
  return floors.some((floor) => floor.name === 'features' && floor.rooms.includes(room));
}

function sourceFiles(dir: string): string[] {
  return readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.split(sep).includes('fixtures'))
    .sort()
    .map((name) => join(dir, name));
}

if (import.meta.main) {
  const found = illegalImports(resolve(process.argv[2] ?? 'src'));
  for (const one of found) console.error(`${one.file}:${one.line}: ${one.reason} (${one.target})`);
  console.error(
    found.length === 0 ? 'rooms: every import points down' : `rooms: ${found.length} illegal import(s)`,
  );
  process.exitCode = found.length === 0 ? 0 : 1;
}
