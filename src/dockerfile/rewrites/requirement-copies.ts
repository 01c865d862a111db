import { posix } from 'node:path';
import type { ClassifiedInstruction } from './classify-instruction.ts';
import { type ContextCopy, contextPathOf, readContextCopy } from './context-paths.ts';
import { filledIn } from './filled-in.ts';
import type { ResolvedDockerfile, RewriteFacts } from './rewrite.ts';

/** The files that pip reads, and how they get into a stage. */
export interface RequirementCopies {
  /** COPY instructions that bring nothing but files that pip reads. */
  readonly manifestOnly: ReadonlySet<ClassifiedInstruction>;
  /** What the builder copies in front of each installation: context files by container directory. */
  readonly before: ReadonlyMap<ClassifiedInstruction, ReadonlyMap<string, readonly string[]>>;
  /** Requirements files that no COPY before the installation brings, in words for the user. */
  readonly missing: readonly string[];
}

/** Follows each `-r` and `-c` of a stage to the file of the build context that a COPY brings. */
export function requirementCopies(
  classified: readonly ClassifiedInstruction[],
  facts: RewriteFacts,
  placeOf: ResolvedDockerfile['placeOf'],
): RequirementCopies {
  const before = new Map<ClassifiedInstruction, ReadonlyMap<string, readonly string[]>>();
  const missing: string[] = [];
  const needed = new Set<string>();
  const copies: ContextCopy[] = [];
  const otherStages: string[] = [];
  for (const one of classified) {
    const copy = readContextCopy(one.instruction);
    if (copy !== undefined) copies.push(copy);
    if (one.role === 'copy-from') otherStages.push(...destinationOf(one));
    const found = filesOf(one, copies, otherStages);
    missing.push(
      ...found.missing.map((file) => `${placeOf(one.instruction.syntax)}: no COPY before it brings ${file}`),
    );
    const byDirectory = new Map<string, string[]>();
    for (const { container, context } of found.files) {
      for (const included of facts.requirementClosure.get(context) ?? [context]) {
        if (needed.has(included)) continue;
        needed.add(included);
        const directory = posix.join(
          posix.dirname(container),
          posix.relative(posix.dirname(context), posix.dirname(included)),
        );
        byDirectory.set(directory, [...(byDirectory.get(directory) ?? []), included]);
      }
    }
    if (byDirectory.size > 0) before.set(one, byDirectory);
  }
  const manifestOnly = classified.filter((one) =>
    readContextCopy(one.instruction)?.sources.every(
      (source) =>
        needed.has(source) || facts.requirementFolders.has(source) || isManifestPattern(source, needed),
    ),
  );
  return { manifestOnly: new Set(manifestOnly), before, missing };
}

interface RequirementFile {
  readonly container: string;
  readonly context: string;
}

function filesOf(
  one: ClassifiedInstruction,
  copies: readonly ContextCopy[],
  otherStages: readonly string[],
): { readonly files: readonly RequirementFile[]; readonly missing: readonly string[] } {
  const files: RequirementFile[] = [];
  const missing: string[] = [];
  const named = one.installs.flatMap((install) => [...install.requirementFiles, ...install.constraintFiles]);
  for (const { text } of named) {
    if (/^https?:/.test(text)) continue;
    const { workdir, env } = one.instruction.before;
    const container = posix.resolve(workdir ?? '/', filledIn(text, env));
    const context = contextPathOf(container, copies);
    // What a COPY from another stage brings, it brings to the builder, too.
    if (otherStages.includes(container)) continue;
    if (context === undefined) missing.push(text);
    else files.push({ container, context });
  }
  return { files, missing };
}

/** Files that `COPY --from=export /tmp/requirements.txt ./` brings. */
function destinationOf({ instruction: { syntax, before } }: ClassifiedInstruction): readonly string[] {
  const words = (syntax.json ?? syntax.value.trim().split(/\s+/)).map((word) => filledIn(word, before.env));
  const target = words.at(-1) ?? '';
  const place = posix.resolve(before.workdir ?? '/', target);
  return words.slice(0, -1).flatMap((source) => {
    const name = posix.basename(source);
    if (!/\.(txt|in|pip)$/.test(name)) return [];
    return /(^\.{1,2}|\/)$/.test(target) || words.length > 2
      ? [posix.join(place, name)]
      : [place, posix.join(place, name)];
  });
}

function isManifestPattern(source: string, needed: ReadonlySet<string>): boolean {
  return (
    source.includes('*') &&
    /requirements/.test(source) &&
    [...needed].some((file) => posix.matchesGlob(file, source))
  );
}
