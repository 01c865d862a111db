import { posix } from 'node:path';
import { cpuReplacement, requirementText } from './cpu-replacement.ts';
import type { DistributionFacts } from './distribution-facts.ts';
import { normaliseName } from './distribution-name.ts';
import { editRequirements } from './edit-requirements.ts';
import { neededElsewhere } from './needed-elsewhere.ts';
import { isDevelopmentFile, productionFile } from './production-file.ts';
import { type InstallLine, printRequirements, type RequirementsFile } from './requirements.ts';
import type { RequirementsTree } from './requirements-tree.ts';

/** A requirements file after an edit. */
export interface ChangedRequirements {
  readonly path: string;
  readonly content: string;
  /** What the project has there now; undefined for a new file. */
  readonly previous: string | undefined;
}

/** Requirements files apart: what production installs and what development adds. */
export interface SplitRequirements {
  /** Files to write: the production file and the development file. */
  readonly files: readonly ChangedRequirements[];
  /** The file that the Dockerfile installs today → the one that production installs. */
  readonly production: ReadonlyMap<string, string>;
  /** Requirements that production no longer installs, with the reason for each. */
  readonly moved: readonly {
    readonly name: string;
    readonly reason: string;
    readonly file: string;
    readonly line: number;
    /** It leaves with the GPU build, not with the development tools. */
    readonly isGpuOnly: boolean;
  }[];
  /** GPU builds that are exchanged by name or version: `tensorflow → tensorflow-cpu`. */
  readonly swapped: readonly string[];
  /** Distributions that a smaller one stands in for: `opencv-python → opencv-python-headless`. */
  readonly smaller: readonly string[];
  readonly leftAlone: readonly string[];
  /** The file whose hashes keep everything where it is, so that regenerating them may help. */
  readonly boundByHashes?: string | undefined;
}

/**
 * Splits what one installed requirements file asks for. In a file whose name says development, everything goes that no
 * application code imports; elsewhere only what the knowledge table knows as development-only and nobody imports.
 */
export function splitRequirements(tree: RequirementsTree, facts: DistributionFacts): SplitRequirements {
  const installed = tree.files[0];
  if (installed === undefined)
    return { files: [], production: new Map(), moved: [], swapped: [], smaller: [], leftAlone: [] };
  const main = facts.isDevelopmentSplit ? productionFile(tree, installed) : installed;
  const verdicts = tree.requested
    .filter((requested) => !requested.isConstraint)
    .map((requested) => ({
      ...requested,
      verdict: judge(requested.line, isDevelopmentFile(requested.path), facts),
    }));
  const kept = facts.isDevelopmentSplit ? neededElsewhere(verdicts, facts) : undefined;
  if (kept !== undefined) {
    const asIs = splitRequirements(tree, { ...facts, isDevelopmentSplit: false });
    return { ...asIs, leftAlone: [...asIs.leftAlone, kept] };
  }
  const hashed = verdicts.find(({ line, verdict }) => verdict.goes && line.hashes.length > 0);
  if (hashed !== undefined && (facts.areHashesProven !== true || hasBareLines(tree))) {
    return {
      ...unchanged(tree, installed),
      leftAlone: [`${hashed.path}: its requirements carry hashes, so it is to be regenerated, not edited`],
      boundByHashes: hashed.path,
    };
  }
  const moved = verdicts.flatMap(({ path, line, verdict }) =>
    verdict.goes && line.name !== undefined
      ? [
          {
            name: line.name,
            reason: verdict.why,
            file: path,
            line: line.startLine,
            isGpuOnly: facts.isGpuOnly(line.name),
          },
        ]
      : [],
  );
  const leftAlone = verdicts.flatMap(({ path, line, verdict }) =>
    verdict.goes || verdict.why === ''
      ? []
      : [`${path}:${line.startLine}: ${line.name} stays, ${verdict.why}`],
  );
  const swapped = verdicts.flatMap(({ line }) => {
    const text = cpuLine(line, facts);
    return text === undefined || line.name === undefined ? [] : [`${line.name} → ${text}`];
  });
  const smaller = verdicts.flatMap(({ line }) => {
    const text = smallerLine(line, facts);
    return text === undefined || line.name === undefined ? [] : [`${line.name} → ${text}`];
  });
  const isDirty = moved.length > 0 || swapped.length > 0 || smaller.length > 0;
  if (!isDirty && main === installed) return { ...unchanged(tree, installed), leftAlone };
  return {
    files: writtenFiles({ tree, installed, main }, facts),
    production: new Map([[installed.path, main.path]]),
    moved,
    swapped,
    smaller,
    leftAlone,
  };
}

/** With one hash, pip wants a hash for every line: files with and without them cannot be put together. */
function hasBareLines(tree: RequirementsTree): boolean {
  return tree.requested.some(({ line, isConstraint }) => !isConstraint && line.hashes.length === 0);
}

/** The files as they are: the lean folder holds all of them. */
function unchanged(
  tree: RequirementsTree,
  installed: RequirementsFile,
): Omit<SplitRequirements, 'leftAlone'> {
  const files = tree.files.map((file) => ({
    path: file.path,
    content: printRequirements(file),
    previous: printRequirements(file),
  }));
  return {
    files,
    production: new Map([[installed.path, installed.path]]),
    moved: [],
    swapped: [],
    smaller: [],
  };
}

interface Verdict {
  readonly goes: boolean;
  /** Why it goes, or why it stays although one might expect it to go; empty when there is nothing to say. */
  readonly why: string;
}

function judge(line: InstallLine, isDevelopment: boolean, facts: DistributionFacts): Verdict {
  const name = line.name;
  if (name === undefined) return { goes: false, why: '' };
  if (facts.isGpuOnly(name)) return { goes: true, why: 'belongs to the GPU build' };
  const puller = facts.requiredBy?.(name);
  if (puller !== undefined) return { goes: false, why: `${puller} requires its GPU build by name` };
  if (!facts.isDevelopmentSplit) return { goes: false, why: '' };
  const reason = facts.developmentReason(name);
  const user = facts.importedBy(name);
  if (user !== undefined) return { goes: false, why: reason === undefined ? '' : `${user} imports it` };
  const start = facts.usedThrough?.(name) ?? facts.startedBy(name);
  if (start !== undefined) return { goes: false, why: reason === undefined ? '' : start };
  if (reason !== undefined) return { goes: true, why: reason };
  return isDevelopment
    ? { goes: true, why: 'listed for development only, and no application code imports it' }
    : { goes: false, why: '' };
}

interface Files {
  readonly tree: RequirementsTree;
  readonly installed: RequirementsFile;
  readonly main: RequirementsFile;
}

function writtenFiles({ tree, installed, main }: Files, facts: DistributionFacts): ChangedRequirements[] {
  const goes =
    (file: RequirementsFile) =>
    (line: InstallLine): boolean =>
      judge(line, isDevelopmentFile(file.path), facts).goes;
  const isGone = (line: InstallLine): boolean => line.name !== undefined && facts.isGpuOnly(line.name);
  const files = new Map<string, ChangedRequirements>();
  const put = (file: RequirementsFile, content: string): void => {
    files.set(file.path, { path: file.path, content, previous: printRequirements(file) });
  };
  for (const file of tree.files) {
    if (file === installed && main !== installed) {
      put(file, printRequirements(file));
      continue;
    }
    put(
      file,
      editRequirements(file, {
        remove: goes(file),
        replace: (line) => cpuLine(line, facts) ?? smallerLine(line, facts),
      }),
    );
  }
  // What the development file lists for itself but the application imports must not be lost.
  const kept =
    main === installed ? [] : textsOf(installed, (line) => !goes(installed)(line) && !isListed(line, main));
  if (kept.length > 0) put(main, withLines(files.get(main.path)?.content ?? main.text, kept));
  const moved = tree.files
    .filter((file) => file !== installed || main === installed)
    .flatMap((file) => textsOf(file, (line) => goes(file)(line) && !isGone(line)));
  if (moved.length > 0) {
    const development = main === installed ? developmentBeside(tree, main) : installed;
    const before = development?.text;
    const path = development?.path ?? posix.join(posix.dirname(main.path), 'requirements-dev.txt');
    const head = before ?? `-r ${posix.basename(main.path)}\n`;
    files.set(path, {
      path,
      content: withLines(
        head,
        moved.filter((text) => !head.includes(text)),
      ),
      previous: before,
    });
  }
  return [...files.values()];
}

function developmentBeside(tree: RequirementsTree, main: RequirementsFile): RequirementsFile | undefined {
  return tree.files.find((file) => file !== main && isDevelopmentFile(file.path));
}

function isListed(line: InstallLine, file: RequirementsFile): boolean {
  return file.lines.some(
    (other) =>
      (other.kind === 'requirement' || other.kind === 'reference') &&
      other.name !== undefined &&
      other.name === line.name,
  );
}

function textsOf(file: RequirementsFile, chosen: (line: InstallLine) => boolean): string[] {
  return file.lines.flatMap((line) =>
    (line.kind === 'requirement' || line.kind === 'reference') && chosen(line)
      ? [file.text.slice(line.start, line.end).trimEnd()]
      : [],
  );
}

function withLines(text: string, lines: readonly string[]): string {
  if (lines.length === 0) return text;
  const lineEnd = text.includes('\r\n') ? '\r\n' : '\n';
  const head = text === '' || /[\r\n]$/.test(text) ? text : `${text}${lineEnd}`;
  return `${head}${lines.join(lineEnd)}${lineEnd}`;
}

/** The line's replacement for a CPU. */
function cpuLine(line: InstallLine, facts: DistributionFacts): string | undefined {
  return line.kind === 'requirement' && line.hashes.length === 0 ? cpuReplacement(line, facts) : undefined;
}

/** The line's replacement by a smaller distribution. */
function smallerLine(line: InstallLine, facts: DistributionFacts): string | undefined {
  if (line.kind !== 'requirement' || line.hashes.length > 0) return undefined;
  const name = facts.smallerName?.(normaliseName(line.name));
  return name === undefined ? undefined : requirementText({ ...line, name });
}
