// Lints the architecture: every import points down and enters another room by its door (`index.ts`), and no files need each other.
//   node tools/rooms.ts [SRC]      exit 1 with a line for each illegal import and each circle
import { dirname, relative, resolve, sep } from 'node:path';
import { circles } from './circles.ts';
import { type FoundImport, importsOf, sourceFiles } from './imports.ts';

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

/** Every illegal import below `src`, in path order. */
export function illegalImports(src: string): IllegalImport[] {
  return sourceFiles(src).flatMap((file) => importsOf(file).flatMap((found) => judge(src, file, found)));
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

if (import.meta.main) {
  const src = resolve(process.argv[2] ?? 'src');
  const problems = [
    ...illegalImports(src).map(({ file, line, reason, target }) => `${file}:${line}: ${reason} (${target})`),
    ...circles(src).map((circle) => {
      const names = circle.map((file) => relative(dirname(src), file));
      return `${names[0]}: a circle of imports: ${[...names, names[0]].join(' → ')}`;
    }),
  ];
  for (const one of problems) console.error(one);
  console.error(
    problems.length === 0
      ? 'rooms: every import points down, and none goes in a circle'
      : `rooms: ${problems.length} illegal import(s) or circle(s)`,
  );
  process.exitCode = problems.length === 0 ? 0 : 1;
}
