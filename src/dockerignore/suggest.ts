import type { Risk } from '../finding/index.ts';
import { type ContextTree, contextTree, exactPattern, type SentFile } from './context-tree.ts';
import { type IgnoreClass, ignoreClasses } from './ignore-classes.ts';
import type { IgnoreRoot, SharedPattern } from './ignore-roots.ts';
import { ignoreMatcher } from './matcher.ts';
import { mayOverlap } from './overlap.ts';
import { cleanPath, type IgnorePattern } from './parse.ts';
import { compilePattern, type PathTest } from './pattern.ts';

/** What suggestions start from. */
export interface IgnoreFacts {
  /** What is sent now. */
  readonly files: readonly SentFile[];
  /** The patterns of the ignore file as it is: its exceptions are wishes of the user. */
  readonly patterns: readonly IgnorePattern[];
  /** Sources of COPY, ADD and bind mounts that come from the context, as written, variables filled in: `.`, `src/`, `requirements*.txt`. */
  readonly copiedSources: readonly string[];
  /** Why a file or directory is needed, or undefined: the build, the code or a manifest names it. Asked for paths of `files` and their directories. */
  readonly isNeeded: (path: string) => string | undefined;
}

/** A line for the ignore file. */
export interface IgnoreSuggestion {
  /** Matches exactly the paths it is for; a path is anchored, `**\/name` stands for all of a name. */
  readonly pattern: string;
  /** Kind of file: `cache`, `test`, `data`, … */
  readonly kind: string;
  readonly reason: string;
  readonly risk: Risk;
  /** What it takes off the context, counted for the first suggestion that covers a file. */
  readonly sizeBytes: number;
  readonly fileCount: number;
  /** The first few of the files. */
  readonly samplePaths: readonly string[];
  /** Line of an exception that must stay behind it, as behind the end of the file it would be undone: `data` before `!data/keep.csv`. */
  readonly beforeLine?: number;
}

/** Lines for the ignore file, and what looked superfluous and stays, with the reason. */
export interface IgnoreAdvice {
  /** In the order of the kinds, the largest of a kind first. */
  readonly suggestions: readonly IgnoreSuggestion[];
  readonly kept: readonly { readonly path: string; readonly kind: string; readonly reason: string }[];
}

/** What this project sends to the builder and an image made of it does not need. Nothing that a COPY names, an exception takes back in, or `isNeeded` explains. */
export function suggestIgnores(facts: IgnoreFacts): IgnoreAdvice {
  const tree = contextTree(facts.files);
  const named = namedPaths(facts);
  const exceptions = facts.patterns.flatMap((one) => {
    const pattern = wholeDirectory(one.pattern);
    const matches = one.isException ? compilePattern(pattern) : undefined;
    return matches === undefined ? [] : [{ ...one, pattern, matches }];
  });
  const suggestions: IgnoreSuggestion[] = [];
  const kept: { path: string; kind: string; reason: string }[] = [];
  const covered = new Set<string>();
  for (const ignoreClass of ignoreClasses) {
    const work: Work = { tree, named, exceptions, covered, ignoreClass, isNeeded: facts.isNeeded };
    const judged = judge(work, ignoreClass.find(tree));
    for (const { root, reason } of judged) {
      if (reason !== undefined) kept.push({ path: root.path, kind: ignoreClass.id, reason });
    }
    const free = judged.flatMap(({ root, reason }) => (reason === undefined ? [root] : []));
    suggestions.push(...toSuggestions(work, free).sort((a, b) => b.sizeBytes - a.sizeBytes));
  }
  return { suggestions, kept };
}

interface Work {
  readonly tree: ContextTree;
  readonly named: readonly NamedPath[];
  readonly exceptions: readonly Exception[];
  /** Paths that an earlier suggestion leaves out. */
  readonly covered: Set<string>;
  readonly ignoreClass: IgnoreClass;
  readonly isNeeded: (path: string) => string | undefined;
}

interface Exception extends IgnorePattern {
  readonly matches: PathTest;
}

interface NamedPath {
  readonly pattern: string;
  readonly matches: PathTest;
  readonly because: string;
  readonly isException: boolean;
}

/** What the user names himself: sources of COPY, exceptions of the ignore file. The context as a whole is no name. */
function namedPaths(facts: IgnoreFacts): readonly NamedPath[] {
  const sources = facts.copiedSources.map((source) => ({
    pattern: wholeDirectory(cleanPath(source).replace(/^\/+/, '')),
    because: `the Dockerfile copies ${source}`,
    isException: false,
  }));
  const exceptions = facts.patterns
    .filter(({ isException }) => isException)
    .map(({ pattern, isException }) => ({
      pattern: wholeDirectory(pattern),
      because: `the ignore file takes !${pattern} back in`,
      isException,
    }));
  return [...sources, ...exceptions].flatMap((one) => {
    const matches = compilePattern(one.pattern);
    const isEverything = /^(?:\.|\*|\*\*|\*\*\/\*|)$/.test(one.pattern);
    return isEverything || matches === undefined ? [] : [{ ...one, matches }];
  });
}

/** `src/**` and `src/*` speak of the directory, not of each file that happens to be in it. */
function wholeDirectory(pattern: string): string {
  return pattern.replace(/(?<=.)(?:\/\*\*?)+$/, '');
}

interface Judged {
  readonly root: IgnoreRoot;
  /** Why it stays, or undefined when it can go. */
  readonly reason: string | undefined;
}

/** Each root with the reason to keep it; a directory that stays only for a file in it is judged by its parts. */
function judge(work: Work, roots: readonly IgnoreRoot[]): readonly Judged[] {
  return roots
    .filter(({ path }) => isUncovered(work, path))
    .flatMap((root) => {
      const reason = reasonToKeep(work, root.path);
      const isNeededWhole = reason === undefined || work.isNeeded(root.path) !== undefined;
      const parts = isNeededWhole ? [] : (work.ignoreClass.partsOf?.(work.tree, root.path) ?? []);
      if (parts.length === 0) return [{ root, reason }];
      return parts.map((part) => ({ root: part, reason: reasonToKeep(work, part.path) }));
    });
}

function isUncovered(work: Work, root: string): boolean {
  return filesOf(work.tree, root).some(({ path }) => !work.covered.has(path));
}

function filesOf(tree: ContextTree, root: string): readonly SentFile[] {
  const below = tree.filesBelow(root);
  if (below.length > 0) return below;
  const file = tree.fileAt(root);
  return file === undefined ? [] : [file];
}

function reasonToKeep(work: Work, root: string): string | undefined {
  const isContent = work.ignoreClass.weight === 'content';
  const files = filesOf(work.tree, root).map(({ path }) => path);
  const parents = parentsOf(root);
  const name = work.named.find(
    ({ matches, isException }) =>
      matches(root) ||
      // What an exception takes back out of debris stays in: the new line goes before it.
      ((isContent || !isException) &&
        files.some(
          (path) =>
            matches(path) || parentsOf(path).some((parent) => isBelow(parent, root) && matches(parent)),
        )) ||
      (isContent && parents.some((parent) => matches(parent))),
  );
  if (name !== undefined) return name.because;
  const asked = isContent ? [root, ...files] : [root];
  for (const path of asked) {
    const reason = work.isNeeded(path);
    if (reason !== undefined) return path === root ? reason : `${path}: ${reason}`;
  }
  return undefined;
}

function parentsOf(path: string): readonly string[] {
  const parts = path.split('/');
  return parts.slice(1).map((_, at) => parts.slice(0, at + 1).join('/'));
}

function isBelow(path: string, directory: string): boolean {
  return path.startsWith(`${directory}/`);
}

/** Shared patterns where everything that they match may go; else one pattern for each root. */
function toSuggestions(work: Work, roots: readonly IgnoreRoot[]): IgnoreSuggestion[] {
  const free = new Set(roots.map(({ path }) => path));
  const isFree = ({ path }: SentFile): boolean =>
    work.covered.has(path) || free.has(path) || parentsOf(path).some((parent) => free.has(parent));
  // The pattern goes before these exceptions, which take back in what they are for.
  const isExcepted = (path: string, { pattern }: SharedPattern): boolean =>
    work.exceptions.some((one) => one.matches(path) && mayOverlap(pattern, one.pattern));
  const matched = new Map<string, readonly SentFile[]>();
  const refused = new Set<string>();
  for (const { path, shared } of roots) {
    if (shared !== undefined && !matched.has(shared.pattern) && !refused.has(shared.pattern)) {
      const files = matchedFiles(work.tree, shared);
      const isShareable = files.every((file) => isFree(file) || isExcepted(file.path, shared));
      if (isShareable) matched.set(shared.pattern, files);
      else refused.add(shared.pattern);
    }
    if (shared === undefined || refused.has(shared.pattern)) {
      matched.set(exactPattern(path), filesOf(work.tree, path));
    }
  }
  return [...matched].flatMap(([pattern, files]) => toSuggestion(work, pattern, files) ?? []);
}

function toSuggestion(
  { covered, ignoreClass, exceptions }: Work,
  pattern: string,
  matched: readonly SentFile[],
): IgnoreSuggestion | undefined {
  const first = exceptions.find((one) => mayOverlap(pattern, one.pattern));
  const later = first === undefined ? [] : exceptions.filter(({ line }) => line >= first.line);
  const isTakenBack = (path: string): boolean =>
    later.some(({ matches }) => matches(path) || parentsOf(path).some((parent) => matches(parent)));
  const files = matched.filter(({ path }) => !covered.has(path) && !isTakenBack(path));
  if (files.length === 0) return undefined;
  for (const { path } of files) covered.add(path);
  return {
    pattern,
    kind: ignoreClass.id,
    reason: ignoreClass.reason,
    risk: ignoreClass.risk,
    sizeBytes: files.reduce((sum, file) => sum + file.sizeBytes, 0),
    fileCount: files.length,
    samplePaths: files.slice(0, 5).map(({ path }) => path),
    ...(first && { beforeLine: first.line }),
  };
}

function matchedFiles(tree: ContextTree, { pattern, within }: SharedPattern): readonly SentFile[] {
  const matcher = ignoreMatcher([pattern]);
  const candidates = within === undefined ? tree.files : tree.filesBelow(within);
  return candidates.filter(({ path }) => matcher.isIgnored(path));
}
