import { readFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { decodeLossless, UserError } from '../../../base/index.ts';
import {
  type DockerfileModel,
  parseDockerfile,
  resolveDockerfile,
  secretIds,
} from '../../../dockerfile/index.ts';
import type { PipelineImage } from '../../../pipeline/index.ts';
import { hasNoGates, readGates } from '../../../policy/index.ts';
import {
  type CiBuild,
  findDockerfile,
  listProjectDirectory,
  NoDockerfileError,
  readShippedBuilds,
  type ShippedBuild,
} from '../../../project/index.ts';
import { dockerfilesBelow } from '../lint/dockerfiles-below.ts';

/** What a pipeline is to build, and what was found on the way. */
export interface FoundImages {
  readonly images: readonly PipelineImage[];
  /** Builds that other pipelines do. */
  readonly ciBuilds: readonly CiBuild[];
  /** What is not built, and why: a sentence each. */
  readonly leftAside: readonly string[];
}

/** Where to look, and what is already decided. */
export interface ImageSearch {
  /** Absolute, as is the repository's directory. */
  readonly directory: string;
  readonly repository: string;
  /** Of the pipeline itself, relative to the repository. */
  readonly place: string;
  readonly file?: string | undefined;
  readonly stage?: string | undefined;
}

/** The growth that may be where the project sets no gate. */
const usualGrowth = '10%';

/**
 * The images that a pipeline builds: the named Dockerfile; else what the compose file and other pipelines build; else the directory's Dockerfile, or those below it.
 * Throws a `UserError` where there is none.
 */
export async function findImages(search: ImageSearch): Promise<FoundImages> {
  const { directory, place, file, stage } = search;
  const shipped = await readShippedBuilds(directory, place);
  const isNamed = file !== undefined || stage !== undefined;
  const builds =
    !isNamed && shipped.builds.length > 0 ? shipped.builds : await buildsByName(directory, { file, stage });
  const images: PipelineImage[] = [];
  for (const build of builds) images.push(await imageOf(build, search, images));
  return { images, ciBuilds: shipped.ciBuilds, leftAside: isNamed ? [] : shipped.leftAside };
}

async function buildsByName(
  directory: string,
  { file, stage }: Pick<ImageSearch, 'file' | 'stage'>,
): Promise<readonly ShippedBuild[]> {
  const names = await listProjectDirectory(directory);
  const common = { service: undefined, place: '', target: stage, buildArgs: {} };
  try {
    const dockerfile = await findDockerfile(directory, names, { named: file });
    return [{ ...common, dockerfile, context: directory }];
  } catch (error) {
    if (!(error instanceof NoDockerfileError) || stage !== undefined) throw error;
    const below = await dockerfilesBelow(directory);
    if (below.length === 0) throw error;
    return below.map((path) => {
      const dockerfile = join(directory, path);
      return { ...common, dockerfile, context: dirname(dockerfile) };
    });
  }
}

async function imageOf(
  build: ShippedBuild,
  search: ImageSearch,
  others: readonly PipelineImage[],
): Promise<PipelineImage> {
  const { repository, stage } = search;
  const shown = (path: string): string => shownIn(repository, path);
  const image = {
    name: nameOf(build, repository, others),
    context: shown(build.context),
    dockerfile: shown(build.dockerfile),
    target: build.target,
    buildArgs: build.buildArgs,
    secrets: secretIds(await modelOf(build.dockerfile, { fileName: shown(build.dockerfile), target: stage })),
    ...(await gatesOf(build, search)),
  };
  const texts = [
    image.context,
    image.dockerfile,
    image.target ?? '',
    ...Object.entries(image.buildArgs).flat(),
    ...image.secrets,
  ];
  const odd = texts.find((text) => /\$\{\{|\p{Cc}/u.test(text));
  if (odd === undefined) return image;
  throw new UserError(`${JSON.stringify(odd)} cannot be written into a pipeline.`, {
    hint: 'Rename it, or name another Dockerfile with --file.',
  });
}

/** Reads a Dockerfile; throws for a stage that somebody named and it does not have. */
async function modelOf(
  path: string,
  { fileName, target }: { readonly fileName: string; readonly target: string | undefined },
): Promise<DockerfileModel> {
  const syntax = parseDockerfile(decodeLossless(await readFile(path)), fileName);
  return resolveDockerfile(syntax, { fileName, ...(target !== undefined && { target }) });
}

function shownIn(repository: string, path: string): string {
  const shown = relative(repository, path).split(sep).join('/');
  if (shown === '..' || shown.startsWith('../')) {
    throw new UserError(`${path} lies outside of the repository ${repository}.`, {
      hint: 'A pipeline has the repository and nothing else.',
    });
  }
  return shown === '' ? '.' : shown;
}

/** The service's name; else the Dockerfile's own (`api.Dockerfile`), else that of its folder. */
function nameOf(
  { service, dockerfile, context, target }: ShippedBuild,
  repository: string,
  others: readonly PipelineImage[],
): string {
  const file = basename(dockerfile);
  const ofFile =
    /^(.+)\.(?:dockerfile|containerfile)$/i.exec(file) ??
    /^(?:dockerfile|containerfile)[.-](.+)$/i.exec(file);
  const folder = basename(context === repository ? repository : context);
  const clean = (text: string): string =>
    text
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '-')
      .replaceAll(/^-+|-+$/g, '');
  const wanted = clean(service ?? ofFile?.[1] ?? folder) || 'image';
  const names = [wanted, clean(`${wanted}-${target ?? folder}`)];
  const isFree = (name: string): boolean => others.every((one) => one.name !== name);
  return names.find(isFree) ?? `${wanted}-${others.length + 1}`;
}

/** The file with the gates of an image, if it is not the repository's, which is found without being named. */
async function gatesOf(
  { context }: ShippedBuild,
  { directory, repository }: ImageSearch,
): Promise<Pick<PipelineImage, 'gatesFile' | 'maxGrowth'>> {
  const textOf = async (file: string): Promise<{ file: string; text: string } | undefined> => {
    const text = await readFile(file, 'utf8').catch(() => undefined);
    return text === undefined ? undefined : { file: shownIn(repository, file), text };
  };
  for (const folder of new Set([context, directory, repository].map((one) => resolve(one)))) {
    const isRoot = folder === repository;
    const plimsollYaml = await textOf(join(folder, '.plimsoll.yaml'));
    const diveCi = isRoot ? await textOf(join(folder, '.dive-ci')) : undefined;
    const gates = readGates({ plimsollYaml, diveCi, flags: {}, environment: {} });
    if (!hasNoGates(gates)) return isRoot ? {} : { gatesFile: plimsollYaml?.file };
  }
  return { maxGrowth: usualGrowth };
}
