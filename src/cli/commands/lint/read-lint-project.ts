import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import {
  argumentWords,
  containerPrograms,
  type DockerfileModel,
  type LintProject,
  readPipInstall,
  stageNamed,
} from '../../../dockerfile/index.ts';
import type { LintedBuild } from './linted-build.ts';

/** What rules want to know of the project around a Dockerfile; each part is looked up only where the Dockerfile gives a reason. */
export async function readLintProject(build: LintedBuild): Promise<LintProject> {
  const [ignoredSources, needs, missingPrograms, hasDevelopmentGroups, contextNames] = await Promise.all([
    findIgnored(build),
    installsPackages(build) ? findNeeds(build) : undefined,
    findMissingPrograms(build),
    findGroups(build),
    findContextNames(build),
  ]);
  return {
    ignoredSources,
    requirementFiles: needs?.requirementFiles ?? new Map(),
    libraryPackages: needs?.libraryPackages ?? new Map(),
    missingPrograms,
    hasDevelopmentGroups,
    contextNames: new Set(contextNames.map((name) => name.toLowerCase())),
  };
}

/** The build context: the directory of the Dockerfile or the one of the call, whichever has more of what is copied. */
export function guessContext(model: DockerfileModel, dockerfile: string | undefined, cwd: string): string {
  if (dockerfile === undefined) return cwd;
  const own = dirname(dockerfile);
  const sources = model.stages
    .flatMap(({ instructions }) => instructions)
    .filter(
      ({ syntax }) =>
        ['copy', 'add'].includes(syntax.keyword) && !syntax.flags.some(({ name }) => name === 'from'),
    )
    .flatMap(({ syntax }) => argumentWords(syntax).slice(0, -1))
    .map(({ text }) => text)
    .filter((text) => /^[\w./-]*\w[\w./-]*$/.test(text));
  const present = (directory: string): number =>
    sources.filter((source) => existsSync(resolve(directory, `./${source}`))).length;
  return present(cwd) > present(own) ? cwd : own;
}

async function findIgnored(build: LintedBuild): Promise<LintProject['ignoredSources']> {
  const { dockerfile, context } = build;
  // The ignore file beside the Dockerfile beats the one of the context (BuildKit, `dockerui`).
  const files = [
    ...(dockerfile === undefined ? [] : [`${dockerfile}.dockerignore`]),
    resolve(context, '.dockerignore'),
  ];
  for (const file of files) {
    const text = await readFile(file, 'utf8').catch(() => undefined);
    if (text === undefined) continue;
    const { ignoredSources } = await import('./ignored-sources.ts');
    return ignoredSources(build, { path: basename(file), text });
  }
  return [];
}

/** Is there a pip install of more than the project itself? */
function installsPackages({ model }: LintedBuild): boolean {
  return model.stages.some(({ instructions }) =>
    instructions.some(({ commands }) =>
      commands?.some((command) => {
        const install = readPipInstall(command);
        return (install?.requirementFiles.length ?? 0) + (install?.requirements.length ?? 0) > 0;
      }),
    ),
  );
}

async function findNeeds(
  build: LintedBuild,
): Promise<Pick<LintProject, 'requirementFiles' | 'libraryPackages'>> {
  const { libraryNeeds } = await import('./library-needs.ts');
  return libraryNeeds(build);
}

/** The table of programs is loaded only where something is started. */
async function findMissingPrograms(build: LintedBuild): Promise<LintProject['missingPrograms']> {
  const programs = containerPrograms(build.model);
  if (programs.length === 0) return new Map();
  const { missingPrograms } = await import('./program-needs.ts');
  return missingPrograms(build, programs);
}

async function findGroups({ syntax, context }: LintedBuild): Promise<LintProject['hasDevelopmentGroups']> {
  if (!/\b(?:uv\s+sync|poetry|pdm)\b/.test(syntax.text)) return new Map();
  const text = await readFile(resolve(context, 'pyproject.toml'), 'utf8').catch(() => undefined);
  if (text === undefined) return new Map();
  const { developmentGroups } = await import('./development-groups.ts');
  return developmentGroups(text);
}

/** What builds a Dockerfile is looked up where it names something that could be a further context. */
async function findContextNames({
  model,
  dockerfile,
  context,
  contextNames,
  cwd = context,
}: LintedBuild): Promise<readonly string[]> {
  if (contextNames !== undefined || dockerfile === undefined || !namesContext(model))
    return contextNames ?? [];
  const { readNamedBuilds } = await import('../../../project/index.ts');
  const found = await Promise.all([...new Set([cwd, context, dirname(dockerfile)])].map(readNamedBuilds));
  return found
    .flatMap(({ builds }) => builds)
    .flatMap((one) => (one.dockerfile === dockerfile ? one.contextNames : []));
}

/** Is there a FROM or a COPY --from with a plain name that is no stage? */
function namesContext({ stages }: DockerfileModel): boolean {
  const isPlain = (name: string): boolean =>
    /^[\w./-]+(?::latest)?$/.test(name) && stageNamed({ stages }, name) === undefined && name !== 'scratch';
  return stages.some(
    ({ base, baseStage, instructions }) =>
      (baseStage === undefined && isPlain(base)) ||
      instructions.some(({ syntax }) =>
        syntax.flags.some(({ name, value = '' }) => name === 'from' && isPlain(value)),
      ),
  );
}
