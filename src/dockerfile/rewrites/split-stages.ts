import { posix } from 'node:path';
import { readAptInstall } from '../apt-command.ts';
import type { Stage } from '../model.ts';
import { type ClassifiedInstruction, classifyInstruction } from './classify-instruction.ts';
import { type ContextCopy, contextPathOf, readContextCopy } from './context-paths.ts';
import { leave, nothingToDo, type ResolvedDockerfile, type Rewrite, type RewriteFacts } from './rewrite.ts';
import { splitObstacles } from './split-obstacles.ts';

/** Where the builder's virtual environment stands, in both stages: console scripts have absolute shebangs. */
export const environmentPath = '/opt/venv';

/**
 * One stage → a builder that installs into a virtual environment and a runtime stage that copies it.
 * Build tools, pip's leftovers and layers that were overwritten stay behind in the builder.
 */
export const splitStages: Rewrite = {
  id: 'split-stages',
  title: 'Install in a builder stage, copy the virtual environment',
  risk: 'verify',
  propose(dockerfile, facts) {
    const { model } = dockerfile;
    const stage = model.stages[model.target];
    if (stage === undefined || stage.baseStage !== undefined || isUsedByOthers(dockerfile, stage))
      return nothingToDo;
    const classified = stage.instructions.map(classifyInstruction);
    if (!classified.some((one) => one.role === 'dependencies')) return nothingToDo;
    const split = planSplit(dockerfile, stage, classified, facts);
    const obstacles = [...splitObstacles(stage, classified, facts), ...split.missing];
    if (obstacles.length > 0) return leave(...new Set(obstacles));
    const end = stage.instructions.at(-1)?.syntax.range.end ?? stage.from.range.end;
    return {
      edits: [{ range: { start: stage.from.range.start, end }, newText: split.text }],
      reason:
        'what only the installation needs (compilers, headers, pip caches, overwritten files) stays behind in the builder stage',
      leftAlone: [],
    };
  },
};

interface Split {
  readonly text: string;
  /** Requirements files that no COPY before the installation brings. */
  readonly missing: readonly string[];
}

function planSplit(
  { syntax, model }: ResolvedDockerfile,
  stage: Stage,
  classified: readonly ClassifiedInstruction[],
  facts: RewriteFacts,
): Split {
  const eol = syntax.text.includes('\r\n') ? '\r\n' : '\n';
  const name = model.stages.some((other) => other.name === 'builder') ? 'python-builder' : 'builder';
  const from = syntax.text.slice(stage.from.range.start, stage.from.range.end);
  const chunkOf = chunker(syntax.text, stage);
  const files = requirementCopies(classified, facts);
  const environment = classified.find((one) => one.virtualEnvironment !== undefined)?.virtualEnvironment;
  const builder = [
    `${from.replace(/\s+as\s+\S+\s*$/i, '')} AS ${name}`,
    ...builderChunks(classified, { chunkOf, files, environment, eol }),
  ];
  const runtime = [from, ...runtimeChunks(classified, { chunkOf, name, files, environment, eol })];
  return { text: `${builder.join('')}${eol}${eol}${runtime.join('')}`, missing: files.missing };
}

/** The text of each instruction with everything between it and the one before: comments and empty lines travel with it. */
function chunker(text: string, stage: Stage): (one: ClassifiedInstruction) => string {
  const starts = new Map<number, number>();
  let previous = stage.from.range.end;
  for (const { syntax } of stage.instructions) {
    starts.set(syntax.range.start, previous);
    previous = syntax.range.end;
  }
  return ({ instruction }) => {
    const { range } = instruction.syntax;
    return text.slice(starts.get(range.start) ?? range.start, range.end);
  };
}

interface RequirementCopies {
  /** COPY instructions that bring nothing but files that pip reads. */
  readonly manifestOnly: ReadonlySet<ClassifiedInstruction>;
  /** What the builder copies in front of each installation: context files by container directory. */
  readonly before: ReadonlyMap<ClassifiedInstruction, ReadonlyMap<string, readonly string[]>>;
  readonly missing: readonly string[];
}

function requirementCopies(
  classified: readonly ClassifiedInstruction[],
  facts: RewriteFacts,
): RequirementCopies {
  const before = new Map<ClassifiedInstruction, Map<string, string[]>>();
  const missing: string[] = [];
  const needed = new Set<string>();
  const copies: ContextCopy[] = [];
  for (const one of classified) {
    const copy = readContextCopy(one.instruction);
    if (copy !== undefined) copies.push(copy);
    const byDirectory = new Map<string, string[]>();
    for (const file of one.installs.flatMap((install) => [
      ...install.requirementFiles,
      ...install.constraintFiles,
    ])) {
      if (/^https?:/.test(file.text)) continue;
      const container = posix.resolve(one.instruction.before.workdir ?? '/', file.text);
      const context = contextPathOf(container, copies);
      if (context === undefined) {
        missing.push(`line ${one.instruction.syntax.startLine}: no COPY before it brings ${file.text}`);
        continue;
      }
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
  const manifestOnly = classified.filter((one) => {
    const copy = readContextCopy(one.instruction);
    return copy?.sources.every((source) => needed.has(source) || isManifestPattern(source, needed));
  });
  return { manifestOnly: new Set(manifestOnly), before, missing };
}

function isManifestPattern(source: string, needed: ReadonlySet<string>): boolean {
  return (
    source.includes('*') &&
    /requirements/.test(source) &&
    [...needed].some((file) => posix.matchesGlob(file, source))
  );
}

interface Assembly {
  readonly chunkOf: (one: ClassifiedInstruction) => string;
  readonly files: RequirementCopies;
  /** A virtual environment that the Dockerfile makes itself. */
  readonly environment: string | undefined;
  readonly eol: string;
}

function builderChunks(classified: readonly ClassifiedInstruction[], assembly: Assembly): string[] {
  const { chunkOf, files, environment, eol } = assembly;
  const last = classified.findLastIndex((one) => one.role === 'dependencies');
  let isEnvironmentMade = environment !== undefined;
  return classified.slice(0, last + 1).flatMap((one) => {
    if (one.role === 'system' || one.role === 'copy-from') return [chunkOf(one)];
    if (one.role === 'state') return isForBuilder(one, classified) ? [chunkOf(one)] : [];
    if (one.role === 'copy') return isForInstallation(one, files) ? [chunkOf(one)] : [];
    if (one.role !== 'dependencies') return [];
    const parts: string[] = [];
    if (!isEnvironmentMade) {
      isEnvironmentMade = true;
      parts.push(
        `${eol}${eol}RUN python -m venv ${environmentPath}${eol}ENV PATH="${environmentPath}/bin:$PATH"`,
      );
    }
    for (const [directory, sources] of files.before.get(one) ?? []) {
      const target =
        directory === (one.instruction.before.workdir ?? '/') ? './' : `${directory.replace(/\/$/, '')}/`;
      parts.push(`${eol}${eol}COPY ${sources.join(' ')} ${target}`);
    }
    return [...parts, chunkOf(one)];
  });
}

/** A COPY of something else than sources and manifests, such as a `pip.conf`: pip may read it. */
function isForInstallation(one: ClassifiedInstruction, files: RequirementCopies): boolean {
  if (files.manifestOnly.has(one)) return false;
  const copy = readContextCopy(one.instruction);
  return (
    copy !== undefined &&
    !copy.isBroad &&
    copy.sources.some((source) => /(pip\.conf|\.netrc|\.crt|\.pem|\.whl)$/.test(source))
  );
}

const installerVariables =
  /\b(PIP_|UV_|PYTHON|C(XX)?FLAGS|LD|LIBRARY_PATH|CPATH|CUDA|TORCH_|MAX_JOBS|CMAKE|PATH\b|https?_proxy|no_proxy|HTTPS?_PROXY|NO_PROXY|DEBIAN_FRONTEND|LANG|LC_|SSL_CERT|REQUESTS_CA)/;

function isForBuilder(one: ClassifiedInstruction, classified: readonly ClassifiedInstruction[]): boolean {
  const { keyword, value } = one.instruction.syntax;
  if (keyword === 'arg' || keyword === 'shell' || keyword === 'workdir') return true;
  if (keyword !== 'env') return false;
  const names = [...value.matchAll(/(?:^|\s)([A-Za-z_]\w*)[= ]/g)].map((match) => match[1] ?? '');
  const runs = classified.filter((other) => other.role === 'dependencies' || other.role === 'system');
  return (
    installerVariables.test(value) ||
    names.some((name) =>
      runs.some(
        (run) =>
          run.instruction.syntax.value.includes(`$${name}`) ||
          run.instruction.syntax.value.includes(`\${${name}`),
      ),
    )
  );
}

function runtimeChunks(
  classified: readonly ClassifiedInstruction[],
  assembly: Assembly & { readonly name: string },
): string[] {
  const { chunkOf, files, environment, eol, name } = assembly;
  const path = environment ?? environmentPath;
  const variables = environment === undefined ? `${eol}ENV VIRTUAL_ENV=${path} PATH="${path}/bin:$PATH"` : '';
  const environmentCopy = `${eol}${eol}COPY --from=${name} ${path} ${path}${variables}`;
  const isCovered = classified.some(
    (one) => one.role === 'copy' && readContextCopy(one.instruction)?.sources.includes('.'),
  );
  const first = classified.findIndex((one) => one.role === 'copy' || one.role === 'dependencies');
  const hoisted = classified.filter(
    (one, position) => position > first && first !== -1 && mayGoFirst(one, classified.slice(first, position)),
  );
  return classified.flatMap((one, position) => {
    if (hoisted.includes(one)) return [];
    const lead = position === first ? [...hoisted.map(chunkOf), environmentCopy] : [];
    if (isForInstallationOnly(one, classified)) return lead;
    if (one.role === 'dependencies') return [...lead, ...systemPart(one, eol)];
    if (one.role === 'copy' && isCovered && files.manifestOnly.has(one)) return lead;
    if (
      one.role === 'copy-from' &&
      /astral-sh\/uv/.test(one.instruction.syntax.flags.map((flag) => flag.value).join(' '))
    )
      return lead;
    return [...lead, chunkOf(one)];
  });
}

/** System packages do not depend on the source: a change of it must not install them again. */
function mayGoFirst(one: ClassifiedInstruction, between: readonly ClassifiedInstruction[]): boolean {
  return (
    one.role === 'system' &&
    between.every(
      (other) => other.role === 'dependencies' || readContextCopy(other.instruction)?.isBroad === true,
    )
  );
}

/** An ARG that only the installation refers to. */
function isForInstallationOnly(
  one: ClassifiedInstruction,
  classified: readonly ClassifiedInstruction[],
): boolean {
  const { keyword, value } = one.instruction.syntax;
  const name = keyword === 'arg' ? /^\w+/.exec(value.trim())?.[0] : undefined;
  if (name === undefined) return false;
  const users = classified.filter(
    (other) => other !== one && new RegExp(`\\$\\{?${name}\\b`).test(other.instruction.syntax.value),
  );
  return users.length > 0 && users.every((other) => other.role === 'dependencies');
}

/** The apt packages of a RUN that mixes apt and pip; which of them the runtime needs is another rewrite's question. */
function systemPart(one: ClassifiedInstruction, eol: string): string[] {
  const packages = (one.instruction.commands ?? []).flatMap(
    (command) => readAptInstall(command)?.packages ?? [],
  );
  if (packages.length === 0) return [];
  const names = packages.map((found) => found.text).join(' ');
  return [
    `${eol}${eol}RUN apt-get update && apt-get install -y --no-install-recommends ${names} && rm -rf /var/lib/apt/lists/*`,
  ];
}

function isUsedByOthers({ model }: ResolvedDockerfile, stage: Stage): boolean {
  return model.stages.some((other) => other.baseStage === stage.position);
}
