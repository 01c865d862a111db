import { readFile } from 'node:fs/promises';
import { relative, resolve, sep } from 'node:path';
import { decodeLossless, messageOf, UserError } from '../base/index.ts';
import {
  type DockerfileModel,
  type DockerfileSyntax,
  parseDockerfile,
  resolveDockerfile,
} from '../dockerfile/index.ts';
import {
  type IgnorePattern,
  ignoreMatcher,
  parseDockerignore,
  type WalkedContext,
} from '../dockerignore/index.ts';
import { buildersOf, chooseDockerfile, chooseTarget } from './choose-build.ts';
import { type CiBuild, readCiBuilds } from './ci-builds.ts';
import { type Compose, readCompose } from './compose-file.ts';
import type { ComposeService } from './compose-service.ts';
import { type ContextListing, type UnreadableEntry, walkContext } from './context-listing.ts';
import { findDockerfile, listProjectDirectory, NoDockerfileError } from './find-dockerfile.ts';
import { type ProjectTexts, readProjectTexts } from './project-texts.ts';

/** What the user says about a project; paths are relative to its directory. */
export interface ProjectOptions {
  readonly dockerfile?: string | undefined;
  readonly composeFile?: string | undefined;
  /** Asks no compose file: what it would tell is given. */
  readonly isWithoutCompose?: boolean | undefined;
  /** Beats the compose file's. */
  readonly target?: string | undefined;
  /** True where the stage does not matter: the last one is read when it is not clear which is meant. */
  readonly acceptsAnyStage?: boolean | undefined;
  /** The text that stands in for the Dockerfile of a project that has none. */
  readonly standIn?: string | undefined;
  /** A Dockerfile that is no file, and what it is called; it beats every file. */
  readonly inline?: { readonly name: string; readonly text: string } | undefined;
  /** Each beats the compose file's of that name. */
  readonly buildArgs?: Readonly<Record<string, string>> | undefined;
}

/** A project as it lies on the disk, read once. */
export interface Project {
  /** Absolute path of the directory, which is the build context. */
  readonly directory: string;
  readonly dockerfile: ProjectDockerfile;
  /** The ignore file that Docker uses for this Dockerfile, or undefined when there is none. */
  readonly dockerignore: ProjectDockerignore | undefined;
  /** What `docker build` sends now. */
  readonly context: ContextListing;
  /** The walk behind `context`: with directories and special files, and with what stays out. */
  readonly walked: WalkedContext;
  readonly compose: ProjectCompose | undefined;
  /** The stage that is built, where something names it. */
  readonly target: string | undefined;
  /** Which Dockerfile and which stage, and whom that follows, where the compose file or a pipeline decided it. */
  readonly choices: readonly string[];
  /** The builds of this Dockerfile in pipelines. */
  readonly ciBuilds: readonly CiBuild[];
  readonly buildArgs: Readonly<Record<string, string>>;
  readonly texts: Omit<ProjectTexts, 'unreadable'>;
  /** What could not be read, of the context and of the texts. */
  readonly unreadable: readonly UnreadableEntry[];
}

/** The Dockerfile of a project. */
export interface ProjectDockerfile {
  /** Relative to the project, with `/`; starts with `../` when it lies outside. */
  readonly path: string;
  readonly text: string;
  readonly syntax: DockerfileSyntax;
  readonly model: DockerfileModel;
}

/** The ignore file of a project: `.dockerignore`, or `<Dockerfile>.dockerignore`. */
export interface ProjectDockerignore {
  readonly path: string;
  readonly text: string;
  readonly patterns: readonly IgnorePattern[];
}

/** The compose files of a project, and their services that build this Dockerfile. */
export interface ProjectCompose extends Compose {
  /** In the order of the file; the first one is what `docker compose up` of a single service would be. */
  readonly builders: readonly ComposeService[];
}

/**
 * Reads a project: Dockerfile, ignore file, build context, compose file, requirements, sources. Git is not asked.
 * Throws a `UserError` for a missing or empty directory, a missing or ambiguous Dockerfile, and for files that do not parse.
 */
export async function readProject(directory: string, options: ProjectOptions = {}): Promise<Project> {
  const root = resolve(directory);
  const names = await listProjectDirectory(root);
  const compose =
    options.isWithoutCompose === true ? undefined : await readCompose(root, names, options.composeFile);
  const ciBuilds = await readCiBuilds(root);
  const everyBuilder = buildersOf(root, compose?.services ?? [], ciBuilds);
  const chosen =
    (options.inline?.name ?? options.dockerfile) === undefined
      ? chooseDockerfile(root, everyBuilder)
      : undefined;
  const place = { named: options.dockerfile, ofBuilders: chosen?.value };
  const inline = (compose?.services ?? [])
    .filter(({ context, dockerfile }) => context === root && dockerfile === undefined)
    .map(({ name }) => name);
  const found =
    options.inline === undefined
      ? await findDockerfile(root, names, place).catch((error: unknown) => {
          if (error instanceof NoDockerfileError && options.standIn !== undefined) return undefined;
          const [name] = inline;
          if (!(error instanceof NoDockerfileError) || name === undefined) throw error;
          throw new NoDockerfileError(`${root} has no Dockerfile but the one in the compose file`, {
            hint: `Put what stands in dockerfile_inline of the service ${name} into a file, and name that in its build (dockerfile: Dockerfile).`,
            cause: error,
          });
        })
      : undefined;
  const dockerfilePath = found ?? resolve(root, options.inline?.name ?? 'Dockerfile');
  const builders = compose?.services.filter(
    (service) => service.context === root && service.dockerfile === dockerfilePath,
  );
  const buildArgs = { ...definedArgs(builders), ...options.buildArgs };
  const written = await parseWritten(
    root,
    dockerfilePath,
    found === undefined ? (options.inline?.text ?? options.standIn) : undefined,
  );
  const ofStage =
    options.target === undefined
      ? chooseTarget(
          everyBuilder.filter((one) => one.dockerfile === dockerfilePath),
          resolveDockerfile(written.syntax, { buildArgs, fileName: written.path }),
          options.acceptsAnyStage === true,
        )
      : undefined;
  const target = options.target ?? ofStage?.value;
  const dockerfile = resolveWritten(written, { target, buildArgs });
  const dockerignore = await readDockerignore(root, dockerfilePath);
  const walk = await walkContext(root, ignoreMatcher(dockerignore?.patterns ?? []));
  const { unreadable, ...texts } = await readProjectTexts(root, [
    ...walk.listing.files.map((file) => ({ ...file, isInContext: true })),
    ...walk.ignoredFiles.map((file) => ({ ...file, isInContext: false })),
  ]);
  return {
    directory: root,
    dockerfile,
    dockerignore,
    context: walk.listing,
    walked: walk.walked,
    compose: compose === undefined ? undefined : { ...compose, builders: builders ?? [] },
    target,
    choices: [chosen?.reason, ofStage?.reason, ...inline.map(inlineChoice)].filter(
      (reason) => reason !== undefined,
    ),
    ciBuilds: ciBuilds.filter((one) => one.context === root && one.dockerfile === dockerfilePath),
    buildArgs,
    texts,
    unreadable: [...walk.listing.unreadable, ...unreadable],
  };
}

/** What is said of a service with `dockerfile_inline` beside a Dockerfile that is a file. */
function inlineChoice(service: string): string {
  return `service ${service} of the compose file builds the Dockerfile that stands in it (dockerfile_inline), which is left alone`;
}

/** Build arguments with a known value on which the services agree. */
function definedArgs(services: readonly ComposeService[] | undefined): Readonly<Record<string, string>> {
  const values = new Map<string, Set<string | undefined>>();
  for (const { args } of services ?? []) {
    for (const [name, value] of Object.entries(args)) {
      values.set(name, (values.get(name) ?? new Set()).add(value));
    }
  }
  return Object.fromEntries(
    [...values].flatMap(([name, found]) => {
      const [value] = found;
      return found.size === 1 && value !== undefined ? [[name, value] as const] : [];
    }),
  );
}

type WrittenDockerfile = Omit<ProjectDockerfile, 'model'>;

async function parseWritten(
  root: string,
  file: string,
  standIn: string | undefined,
): Promise<WrittenDockerfile> {
  const path = relativePath(root, file);
  const text = standIn ?? (await readWhole(file));
  return { path, text, syntax: parseDockerfile(text, path) };
}

function resolveWritten(
  written: WrittenDockerfile,
  options: { readonly target: string | undefined; readonly buildArgs: Readonly<Record<string, string>> },
): ProjectDockerfile {
  const { target, buildArgs } = options;
  const model = resolveDockerfile(written.syntax, {
    buildArgs,
    fileName: written.path,
    ...(target === undefined ? {} : { target }),
  });
  return { ...written, model };
}

/** The ignore file beside the Dockerfile beats the one of the context (BuildKit, `dockerui`). */
async function readDockerignore(root: string, dockerfile: string): Promise<ProjectDockerignore | undefined> {
  for (const file of [`${dockerfile}.dockerignore`, resolve(root, '.dockerignore')]) {
    const text = await readIfThere(file);
    if (text === undefined) continue;
    const path = relativePath(root, file);
    return { path, text, patterns: parseDockerignore(text, path) };
  }
  return undefined;
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readWhole(file);
  } catch (error) {
    // `readWhole` gives the system's error as the cause.
    const cause = error instanceof UserError ? (error.cause as NodeJS.ErrnoException | undefined) : undefined;
    if (cause?.code === 'ENOENT') return undefined;
    throw error;
  }
}

async function readWhole(file: string): Promise<string> {
  try {
    return decodeLossless(await readFile(file));
  } catch (error) {
    throw new UserError(`cannot read ${file}: ${messageOf(error)}`, {
      hint: 'Check that the file is text and readable.',
      cause: error,
    });
  }
}

function relativePath(root: string, file: string): string {
  return relative(root, file).split(sep).join('/');
}
