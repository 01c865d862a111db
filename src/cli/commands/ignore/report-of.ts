import {
  explainLines,
  type IgnoreSuggestion,
  ignoreMatcher,
  parseDockerignore,
} from '../../../dockerignore/index.ts';
import type { Project } from '../../../project/index.ts';
import type { CountedFiles, IgnoreReport, ReportedCut } from '../../../report/index.ts';
import type { ContextUse } from './context-uses.ts';
import { type CutSource, cutSources } from './cut-sources.ts';
import type { PresentUse } from './present-sources.ts';
import { type ProvenSuggestions, proveSuggestions } from './prove-suggestions.ts';
import type { SecretFile } from './sent-secrets.ts';

/** What a report is made of, all of it read before. */
export interface ReportParts {
  readonly project: Project;
  /** All that the Dockerfile takes from the context, and what of it the disk holds. */
  readonly uses: readonly ContextUse[];
  readonly present: readonly PresentUse[];
  readonly suggestions: readonly IgnoreSuggestion[];
  readonly kept: IgnoreReport['kept'];
  /** Files of secrets that are sent. */
  readonly secrets: readonly SecretFile[];
  readonly unusedIgnoreFiles: readonly string[];
}

/** A report without a change of the ignore file, and the ignore file as it should be. */
export interface JudgedIgnore {
  readonly report: IgnoreReport;
  readonly content: string;
}

/** Judges a build context. */
export function judgeContext(parts: ReportParts): JudgedIgnore {
  const { project, present } = parts;
  const { context, walked, dockerignore } = project;
  const patterns = dockerignore?.patterns ?? [];
  const path = dockerignore?.path ?? '.dockerignore';
  const leaves = [...walked.sent, ...walked.ignored].filter(
    (entry) => entry.kind !== 'directory' || ('isClosed' in entry && entry.isClosed),
  );
  const cuts = cutSources(present, {
    matcher: ignoreMatcher(patterns),
    leaves: leaves.map((leaf) => leaf.path),
  });
  const lost = new Set(cuts.map(({ use }) => use));
  const proven = proveSuggestions(parts.suggestions, {
    text: dockerignore?.text ?? '',
    path,
    uses: present.filter((use) => !lost.has(use)),
    leaves: context.files.map((file) => file.path),
  });
  const { files, sentBytes, fileCount, directories } = context;
  const kept = new Map(parts.kept.map((one) => [one.path, one.reason]));
  const left = sentWith(proven.content, path, project);
  return {
    content: proven.content,
    report: {
      directory: project.directory,
      dockerfile: project.dockerfile.path,
      ignoreFile: { path, isThere: dockerignore !== undefined, unused: parts.unusedIgnoreFiles },
      sent: { sizeBytes: sentBytes, fileCount },
      requested: totalOf(requestedFiles(parts)),
      proposed: totalOf(left),
      directories,
      topFiles: totalOf(files.filter((file) => !file.path.includes('/'))),
      specialPaths: walked.sent.flatMap(({ kind, path: special }) =>
        kind === 'socket' || kind === 'pipe' || kind === 'device' ? [special] : [],
      ),
      lines: explainLines(patterns, walked),
      secrets: parts.secrets.map((secret) => ({ ...secret, keptBecause: kept.get(secret.path) })),
      cutSources: cuts.flatMap((cut) => reportedCut(cut, patterns[cut.rule])),
      proposals: proven.suggestions.toSorted((a, b) => b.sizeBytes - a.sizeBytes),
      dropped: droppedLines(proven, project),
      kept: parts.kept,
      unreadable: walked.unreadable,
      fix: undefined,
    },
  };
}

function requestedFiles({ project, uses, present }: ReportParts): readonly { readonly sizeBytes: number }[] {
  const { files } = project.context;
  if (uses.some(({ source }) => /^[.*/]+$/.test(source))) return files;
  const wanted = new Set(present.flatMap(({ paths }) => paths));
  return files.filter(({ path }) => {
    for (let end = path.length; end !== -1; end = path.lastIndexOf('/', end - 1)) {
      if (wanted.has(path.slice(0, end))) return true;
    }
    return false;
  });
}

/** The files that a text of the ignore file lets through. */
export function sentWith(
  content: string,
  path: string,
  { context }: Project,
): readonly { readonly path: string; readonly sizeBytes: number }[] {
  const matcher = ignoreMatcher(parseDockerignore(content, path));
  return context.files.filter((file) => !matcher.isIgnored(file.path));
}

function totalOf(files: readonly { readonly sizeBytes: number }[]): CountedFiles {
  return { sizeBytes: files.reduce((sum, file) => sum + file.sizeBytes, 0), fileCount: files.length };
}

function reportedCut(
  { use, path, result }: CutSource,
  rule: { readonly line: number; readonly pattern: string } | undefined,
): readonly ReportedCut[] {
  if (rule === undefined) return [];
  return [
    {
      severity: result === 'missing' ? 'error' : 'warning',
      instruction: use.kind,
      dockerfileLine: use.line,
      source: use.written,
      path,
      ignoreLine: rule.line,
      pattern: rule.pattern,
    },
  ];
}

function droppedLines({ dropped }: ProvenSuggestions, project: Project): IgnoreReport['dropped'] {
  return dropped.map(({ suggestion, cut }) => ({
    pattern: suggestion.pattern,
    because: `${project.dockerfile.path}:${cut.use.line} takes ${cut.use.written} (${cut.path})`,
  }));
}
