import { readdir, stat } from 'node:fs/promises';
import { basename, relative, resolve, sep } from 'node:path';
import { UserError } from '../base/index.ts';
import { shipped } from './choose-build.ts';
import { type CiBuild, readCiBuilds, repositoryOf } from './ci-builds.ts';
import { type Compose, readCompose } from './compose-file.ts';

/** An image that is built for others than its developers. */
export interface ShippedBuild {
  /** Of the compose file; undefined for what only a pipeline builds. */
  readonly service: string | undefined;
  /** `service api of the compose file`, `.github/workflows/release.yml`. */
  readonly place: string;
  /** Absolute, as is the context. */
  readonly dockerfile: string;
  readonly context: string;
  readonly target: string | undefined;
  /** Those with a known value. */
  readonly buildArgs: Readonly<Record<string, string>>;
}

/** The images of a repository, or of a directory in it. */
export interface ShippedBuilds {
  /** Absolute path of the repository. */
  readonly repository: string;
  readonly builds: readonly ShippedBuild[];
  readonly ciBuilds: readonly CiBuild[];
  /** What is not among them, and why: a sentence each. */
  readonly leftAside: readonly string[];
}

interface Candidate extends ShippedBuild {
  readonly isPushed: boolean;
}

/**
 * The images that the compose file of a directory and the pipelines of its repository build in it, each once; what is only for developers is left aside, and
 * so are builds by the pipeline `exceptOf` (relative to the repository).
 */
export async function readShippedBuilds(directory: string, exceptOf: string): Promise<ShippedBuilds> {
  const root = resolve(directory);
  const leftAside: string[] = [];
  const ciBuilds = (await readCiBuilds(root)).filter(({ place }) => place !== exceptOf);
  const candidates: Candidate[] = [
    ...(await composeCandidates(root, leftAside)),
    ...ciBuilds.map((one): Candidate => ({ ...one, service: undefined, buildArgs: {} })),
  ].filter(({ context }) => isInside(root, context));
  const there: Candidate[] = [];
  for (const one of candidates) {
    if (await isFile(one.dockerfile)) there.push(one);
    else leftAside.push(`${one.place} builds ${relative(root, one.dockerfile)}, which is not there.`);
  }
  const serious = shipped(there, ({ service, dockerfile, target }) =>
    [service, basename(dockerfile), target].filter((one) => one !== undefined).join('.'),
  );
  for (const one of there)
    if (!serious.includes(one) && !serious.some((other) => identity(other) === identity(one)))
      leftAside.push(`${shownBuild(one, root)} (${one.place}) is for developers, or is not pushed.`);
  const unique = new Map<string, ShippedBuild>();
  // A service comes first, and has a name.
  for (const one of serious) if (!unique.has(identity(one))) unique.set(identity(one), one);
  return {
    repository: await repositoryOf(root),
    builds: [...unique.values()].map(({ service, place, dockerfile, context, target, buildArgs }) => ({
      ...{ service, place, dockerfile, context, target, buildArgs },
    })),
    ciBuilds,
    leftAside: [...new Set(leftAside)],
  };
}

function identity({ dockerfile, context, target }: ShippedBuild): string {
  return [dockerfile, context, target ?? ''].join('\0');
}

function shownBuild({ dockerfile, target }: ShippedBuild, root: string): string {
  return `${relative(root, dockerfile)}${target === undefined ? '' : `, stage ${target}`}`;
}

async function composeCandidates(root: string, leftAside: string[]): Promise<readonly Candidate[]> {
  const compose = await composeOf(root, leftAside);
  return (compose?.services ?? []).flatMap((service): Candidate[] => {
    const { name, context, dockerfile, target, args } = service;
    const place = `service ${name} of the compose file`;
    if (dockerfile === undefined) {
      leftAside.push(`${place} has its Dockerfile in the compose file itself.`);
      return [];
    }
    if (/\/(?:https?|git|ssh):\/|\/git@/.test(context)) {
      leftAside.push(`${place} is built from elsewhere.`);
      return [];
    }
    const known = Object.entries(args).flatMap(([key, value]) =>
      value === undefined ? [] : [[key, value] as const],
    );
    return [
      {
        ...{ service: name, place, dockerfile, context, target, isPushed: false },
        buildArgs: Object.fromEntries(known),
      },
    ];
  });
}

async function composeOf(root: string, leftAside: string[]): Promise<Compose | undefined> {
  const names = await readdir(root).catch(() => []);
  try {
    return await readCompose(root, names);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    leftAside.push(`What the compose file builds is not known: ${error.message}`);
    return undefined;
  }
}

function isInside(root: string, path: string): boolean {
  const from = relative(root, path);
  return from === '' || (from !== '..' && !from.startsWith(`..${sep}`));
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() === true;
}
