/** An image that a pipeline builds; paths are relative to the repository, with `/`. */
export interface PipelineImage {
  /** Unique in the pipeline: lower-case letters, digits, dashes. */
  readonly name: string;
  readonly context: string;
  readonly dockerfile: string;
  readonly target?: string | undefined;
  readonly buildArgs: Readonly<Record<string, string>>;
  /** Ids of secrets that its steps mount: `pip-conf`. */
  readonly secrets: readonly string[];
  /** The file with its gates, where it is not the repository's own `.plimsoll.yaml` or `.dive-ci`. */
  readonly gatesFile?: string | undefined;
  /** The gate that is set where the project sets none: `10%`. */
  readonly maxGrowth?: string | undefined;
}

/** Where layers are kept from one run to the next. */
export type CacheKind = 'registry' | 'gha';

/** What a pipeline is to do. */
export interface PipelineRequest {
  /** At least one. */
  readonly images: readonly PipelineImage[];
  /** Where images go, `ghcr.io/acme/app`; the provider's own registry when absent. */
  readonly repository?: string | undefined;
  readonly cache: CacheKind;
  /** Who must be able to pull: `any` engine, or `current` ones, which know zstd. */
  readonly compat: 'current' | 'any';
  /** The branch whose images are pushed, and are what a change is compared with. */
  readonly branch: string;
  /** Of the program that the pipeline runs. */
  readonly version: string;
  /** The pipeline's own path in the repository. */
  readonly place: string;
}

/** A kind of pipeline that can be written. */
export interface PipelineProvider {
  readonly name: 'github' | 'gitlab' | 'generic';
  /** Where its file goes, relative to the repository. */
  readonly path: string;
  /** What it can cache with; the first is the default. */
  readonly caches: readonly CacheKind[];
  /** Whether the file is run by itself, and not read by a service. */
  readonly isExecutable: boolean;
  readonly write: (request: PipelineRequest) => string;
  /** What a person has to set up once; a sentence each. */
  readonly preparations: (request: PipelineRequest) => readonly string[];
}

/** The first lines of every pipeline. */
export function headerOf(
  provider: PipelineProvider['name'],
  { version }: PipelineRequest,
): readonly string[] {
  return [
    `# Written by plimsoll ci ${provider}, version ${version}. It is yours to change: it is not written over unless`,
    '# --force asks for that.',
  ];
}

/** How `npx` names the program; nothing that its packages would run at their installation is needed. */
export function npxOf({ version }: PipelineRequest): string {
  return `npx --yes --ignore-scripts plimsoll@${version}`;
}

/** Whether an image is built with arguments of its own. */
export function hasBuildArgs({ images }: Pick<PipelineRequest, 'images'>): boolean {
  return images.some(({ buildArgs }) => Object.keys(buildArgs).length > 0);
}

/** The secrets of all images, with the variables that hold their values: `pip-conf` in `PIP_CONF`. */
export function secretsOf({
  images,
}: Pick<PipelineRequest, 'images'>): readonly { readonly id: string; readonly variable: string }[] {
  return [...new Set(images.flatMap(({ secrets }) => secrets))].map((id) => ({
    id,
    variable: id.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_'),
  }));
}

/** What a person has to set so that the build has its secrets; nothing where it needs none. */
export function secretPreparation(
  request: Pick<PipelineRequest, 'images'>,
  where: string,
): readonly string[] {
  const names = secretsOf(request).map(({ variable }) => variable);
  return names.length === 0 ? [] : [`The build mounts secrets: set ${names.join(', ')} ${where}.`];
}
