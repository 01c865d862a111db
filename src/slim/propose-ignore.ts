import { posix } from 'node:path';
import { formatBytes } from '../base/index.ts';
import { argumentWords, environmentsInSource } from '../dockerfile/index.ts';
import {
  type IgnoreAdvice,
  ignoreMatcher,
  mergeDockerignore,
  parseDockerignore,
  type SentFile,
  suggestIgnores,
} from '../dockerignore/index.ts';
import type { Project } from '../project/index.ts';
import { neededByOtherStages } from './other-stages.ts';
import type { IgnoreProposal } from './plan-input.ts';
import { pruneScriptPath } from './project-facts.ts';
import type { ProjectStudy } from './study-project.ts';
import { plimsollDir } from './write-lean-files.ts';

/** What the lean image's `.dockerignore` should hold, and the files that still get through. */
export interface ContextProposal {
  readonly proposal: IgnoreProposal;
  /** Paths of today's context that the proposed file lets through. */
  readonly sentPaths: readonly string[];
  /** The lines behind the proposal, and what stays for a reason. */
  readonly advice: IgnoreAdvice;
}

/**
 * Proposes ignore entries for what this project sends and does not need; nothing that the Dockerfile copies by name or the code reads.
 * `newPaths` are files that are written beside the project's own: `compose.yaml`.
 */
export function proposeIgnore(
  project: Project,
  study: ProjectStudy,
  newPaths: readonly string[],
): ContextProposal {
  const previous = project.dockerignore?.text;
  const path = project.dockerignore?.path ?? '.dockerignore';
  const advice = suggestIgnores({
    files: sentFiles(project, [
      path,
      `${plimsollDir}/.gitignore`,
      ...newPaths,
      // Whoever works on the project has one, and a COPY of the source would bring it over the image's.
      ...environmentsInSource(project.dockerfile.model).map((folder) => posix.join(folder, 'pyvenv.cfg')),
    ]),
    patterns: project.dockerignore?.patterns ?? [],
    copiedSources: copiedSources(project),
    isNeeded: neededPaths(project, study),
  });
  const { suggestions, kept } = advice;
  const content = mergeDockerignore(previous ?? '', suggestions);
  const matcher = ignoreMatcher(parseDockerignore(content, path));
  const savedBytes = suggestions.reduce((sum, one) => sum + one.sizeBytes, 0);
  const kinds = [...new Set(suggestions.map((one) => one.kind))].join(', ');
  return {
    proposal: {
      path,
      previous,
      content,
      savedBytes,
      reason: `${formatBytes(savedBytes)} of ${formatBytes(project.context.sentBytes)} is sent to every build for nothing (${kinds})`,
      leftAlone: kept.map((one) => `${one.path} is sent: ${one.reason}`),
    },
    advice,
    sentPaths: project.context.files.map((file) => file.path).filter((path) => !matcher.isIgnored(path)),
  };
}

/** What is sent, and what will be once this has run: the ignore file itself, Plimsoll's folder, a new compose file. So a second run proposes nothing new. */
function sentFiles(project: Project, written: readonly string[]): readonly SentFile[] {
  const { files } = project.context;
  const matcher = ignoreMatcher(project.dockerignore?.patterns ?? []);
  const own = written.filter(
    (path) =>
      !path.startsWith('../') && !matcher.isIgnored(path) && files.every((file) => file.path !== path),
  );
  return [...files, ...own.map((path) => ({ path, sizeBytes: 0 }))];
}

/** Sources of COPY, ADD and bind mounts of the context. */
function copiedSources(project: Project): string[] {
  return project.dockerfile.model.stages.flatMap((stage) =>
    stage.instructions.flatMap(({ syntax }) => {
      const mounts = syntax.flags
        .filter((flag) => flag.name === 'mount' && !/(^|,)from=/.test(flag.value ?? ''))
        .flatMap((flag) => /(?:^|,)(?:source|src)=([^,]+)/.exec(flag.value ?? '')?.[1] ?? []);
      const isCopy = syntax.keyword === 'copy' || syntax.keyword === 'add';
      if (!isCopy || syntax.flags.some((flag) => flag.name === 'from')) return mounts;
      return [
        ...mounts,
        ...argumentWords(syntax)
          .slice(0, -1)
          .map((word) => word.text),
      ];
    }),
  );
}

/** Why a path of the project is needed, or undefined: code of the application, a script, a RUN or pip names it. */
export function neededPaths(project: Project, study: ProjectStudy): (path: string) => string | undefined {
  const files = new Map<string, string>(
    study.requirements.flatMap((tree) => tree.files.map((file) => [file.path, 'pip reads it'] as const)),
  );
  files.set(pruneScriptPath, 'the Dockerfile runs it');
  const running = [...study.application.sources, ...study.application.buildSources];
  for (const source of running) files.set(source.path, 'the application imports it');
  const named = running.flatMap((source) =>
    source.pathStrings.map((one) => ({
      text: one.text,
      isPattern: one.isPattern,
      place: `${source.path}:${one.line}`,
      folder: posix.dirname(source.path),
    })),
  );
  const scriptText = [
    ...project.texts.shellScripts.map((script) => script.text),
    ...runTexts(project),
    ...composeTexts(project),
  ].join('\n');
  const ofOtherStages = neededByOtherStages(project);
  return (path) => {
    const known = files.get(path);
    if (known !== undefined) return known;
    const user = named.find((one) => names(one, path));
    if (user !== undefined) return `${user.place} reads ${user.text}`;
    if (pathsAbove(path).some((one) => isNamedIn(scriptText, one)))
      return 'a script, RUN or start command names it';
    return ofOtherStages(path);
  };
}

/** The path itself and the folders that it lies in, without those at the top: their names are words like others. */
function pathsAbove(path: string): readonly string[] {
  const parts = path.split('/');
  return parts.slice(1).map((_, at) => parts.slice(0, at + 2).join('/'));
}

/** What the services of the compose file start that are built so. */
function composeTexts({ compose }: Project): string[] {
  return (compose?.builders ?? []).flatMap(({ command = '', entrypoint = '', healthcheck = '' }) =>
    [command, entrypoint, healthcheck].map((one) => (typeof one === 'string' ? one : one.join('\n'))),
  );
}

/** The path stands in the text as a whole word, perhaps behind a folder of the container. */
function isNamedIn(text: string, path: string): boolean {
  for (let at = text.indexOf(path); at !== -1; at = text.indexOf(path, at + 1)) {
    const isWholeWord =
      /^($|[\s"'=/;&|)])/.test(text.slice(at + path.length)) && /(^|[\s"'=/(])$/.test(text.slice(0, at));
    if (isWholeWord) return true;
  }
  return false;
}

function runTexts(project: Project): string[] {
  const instructions = project.dockerfile.model.stages.flatMap((stage) => stage.instructions);
  return instructions
    .filter(({ syntax }) => ['run', 'cmd', 'entrypoint', 'healthcheck'].includes(syntax.keyword))
    .map(({ syntax }) => [syntax.value, ...syntax.heredocs.map((one) => one.content)].join('\n'));
}

interface NamedPath {
  readonly text: string;
  readonly isPattern: boolean;
  /** Folder of the file that names it. */
  readonly folder: string;
}

/** `data/train.csv`, `./data/train.csv`, `../data/train.csv` from `app/`, `/app/data/train.csv` all name `data/train.csv`. */
function names({ text, isPattern, folder }: NamedPath, path: string): boolean {
  const plain = posix.normalize(text).replace(/\/$/, '');
  if (plain === '.' || plain === '..' || plain === '') return false;
  const spellings = [
    plain.replace(/^\/+/, ''),
    posix.join(folder, plain),
    posix.join(posix.dirname(folder), plain),
  ].map((one) => one.replace(/^(\.\.\/)+/, ''));
  const isSame = (spelling: string): boolean =>
    isPattern ? posix.matchesGlob(path, spelling) : spelling === path;
  return (
    spellings.some(isSame) ||
    (text.startsWith('/') && spellings.some((spelling) => spelling.endsWith(`/${path}`)))
  );
}
