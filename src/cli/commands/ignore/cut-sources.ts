import type { IgnoreMatcher, WalkVerdict } from '../../../dockerignore/index.ts';
import type { PresentUse } from './present-sources.ts';

/** A source that the ignore file keeps from the instruction that takes it. */
export interface CutSource {
  readonly use: PresentUse;
  /** Position of the pattern that cuts it off. */
  readonly rule: number;
  /** What is cut off. */
  readonly path: string;
  /** `missing`: the build fails, or the wildcard copies nothing. `empty`: the directory is copied without what is in it. */
  readonly result: 'missing' | 'empty';
}

/** The context as far as cutting goes. */
export interface JudgedContext {
  readonly matcher: IgnoreMatcher;
  /** Files and links, sent or not, and directories that were not entered. */
  readonly leaves: readonly string[];
}

/** The sources of which nothing is left. A wildcard may lose some of what it matches: that is what an ignore file is for. */
export function cutSources(
  uses: readonly PresentUse[],
  { matcher, leaves }: JudgedContext,
): readonly CutSource[] {
  const verdictOf = verdicts(matcher);
  const alive = aliveDirectories(leaves.filter((path) => !verdictOf(path).isIgnored));
  const known = aliveDirectories(leaves);
  return uses.flatMap((use): readonly CutSource[] => {
    const cuts = use.paths.flatMap((path): readonly CutSource[] => {
      if (alive.has(path)) return [];
      const { isIgnored, rule } = verdictOf(path);
      if (isIgnored && rule !== undefined) return [{ use, rule, path, result: 'missing' }];
      if (!known.has(path)) return [];
      const inside = leaves.find((leaf) => leaf.startsWith(`${path}/`));
      const cause = inside === undefined ? undefined : verdictOf(inside).rule;
      return cause === undefined ? [] : [{ use, rule: cause, path, result: 'empty' }];
    });
    const first = cuts[0];
    const isLost = use.hasWildcard ? cuts.length === use.paths.length : cuts.length > 0;
    return first === undefined || !isLost ? [] : [first];
  });
}

/** The verdict on a path, from the top down. */
function verdicts(matcher: IgnoreMatcher): (path: string) => WalkVerdict {
  const known = new Map<string, WalkVerdict>();
  const verdictOf = (path: string): WalkVerdict => {
    const slash = path.lastIndexOf('/');
    return matcher.walkVerdict(path, slash === -1 ? undefined : ofDirectory(path.slice(0, slash)));
  };
  const ofDirectory = (path: string): WalkVerdict => {
    const verdict = known.get(path) ?? verdictOf(path);
    known.set(path, verdict);
    return verdict;
  };
  return verdictOf;
}

/** Every directory above one of the files, and the files. */
function aliveDirectories(files: readonly string[]): ReadonlySet<string> {
  const alive = new Set(files);
  for (const file of files) {
    for (let slash = file.lastIndexOf('/'); slash !== -1; slash = file.lastIndexOf('/', slash - 1)) {
      const parent = file.slice(0, slash);
      if (alive.has(parent)) break;
      alive.add(parent);
    }
  }
  return alive;
}
