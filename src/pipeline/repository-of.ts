import { parseReference } from '../image/index.ts';
import type { PipelineImage, PipelineRequest } from './pipeline.ts';

/** `/api` or `-api` behind the repository where a pipeline builds several images; Docker Hub knows no third level. Empty for a single one. */
export function repositorySuffix(
  { images, repository }: Pick<PipelineRequest, 'images' | 'repository'>,
  name: string,
): string {
  if (images.length === 1) return '';
  const isOnHub = repository !== undefined && registryOf(repository) === 'docker.io';
  return `${isOnHub ? '-' : '/'}${name}`;
}

/** The registry's host; `docker.io` where none is named. */
export function registryOf(repository: string): string {
  return parseReference(repository).registry;
}

/** `--cache-to` of a registry: all stages, and zstd where whoever pulls knows it. */
export function registryCacheTo(reference: string, { compat }: Pick<PipelineRequest, 'compat'>): string {
  const compression = compat === 'any' ? '' : ',compression=zstd';
  return `type=registry,ref=${reference},mode=max,image-manifest=true,oci-mediatypes=true${compression},ignore-error=true`;
}

/** What BuildKit writes: an archive that needs no engine to be read. */
export function archiveOutput(path: string, { compat }: Pick<PipelineRequest, 'compat'>): string {
  return `type=oci,dest=${path}${compat === 'any' ? '' : ',compression=zstd'}`;
}

/**
 * The globs of paths that can change the images: their contexts and Dockerfiles, the gates and the pipeline itself; undefined where that is the
 * whole repository. What the provider's globs read as more than a letter is escaped by a backslash.
 */
export function pathFilters(
  images: readonly PipelineImage[],
  { place, special }: { readonly place: string; readonly special: RegExp },
): readonly string[] | undefined {
  if (images.some(({ context }) => context === '.')) return undefined;
  const literal = (path: string): string => path.replace(special, '\\$&');
  const paths = images.flatMap(({ context, dockerfile, gatesFile }) => [
    `${literal(context)}/**`,
    ...(dockerfile.startsWith(`${context}/`) ? [] : [literal(dockerfile)]),
    ...(gatesFile === undefined || gatesFile.startsWith(`${context}/`) ? [] : [literal(gatesFile)]),
  ]);
  return [...new Set([...paths, '.plimsoll.yaml', literal(place)])];
}

/** True of a repository in Amazon's registry, whose passwords are good for twelve hours. */
export function isAmazonRegistry(repository: string): boolean {
  return /\.dkr\.ecr(?:-fips)?\.[\w-]+\.amazonaws\.com(?:\.cn)?$/.test(registryOf(repository));
}
