import { UserError } from '../../../base/index.ts';
import { type Image, parseReference } from '../../../image/index.ts';
import type { CliEnvironment } from '../../environment.ts';
import { readImageConfig } from '../../open-source.ts';
import type { AuditOptions } from './audit-options.ts';

/** How long to ask after a base that the image only names, in milliseconds. */
const patienceMilliseconds = 5000;

/**
 * The diffIDs of the base image's layers: of the image that `--base` names, which must be the audited one's base; else of the
 * one that the image's labels name, where the image itself came from an engine or a registry that may have it. Undefined
 * where there is none to be had; files are never a reason to ask a network.
 */
export async function baseDiffIds(
  image: Image,
  options: Pick<AuditOptions, 'base' | 'image' | 'insecure'>,
  environment: CliEnvironment,
): Promise<readonly string[] | undefined> {
  const reading = { platform: image.platform, isInsecure: options.insecure };
  if (options.base !== undefined) {
    const { diffIds } = await readImageConfig(options.base, environment, reading);
    if (isBelow(diffIds, image)) return diffIds;
    throw new UserError(
      `${options.base} is not the base of ${image.name}: its layers are not the lowest ones there`,
      { hint: 'Perhaps the base was built anew since. Without --base, labels and the history tell.' },
    );
  }
  const named = namedBase(image, options.image);
  if (named === undefined) return undefined;
  const signal = AbortSignal.any([environment.signal, AbortSignal.timeout(patienceMilliseconds)]);
  try {
    const { diffIds } = await readImageConfig(named, { ...environment, signal }, reading);
    return isBelow(diffIds, image) ? diffIds : undefined;
  } catch {
    environment.signal.throwIfAborted();
    // A label is a hint: the history goes on where it leads nowhere.
    return undefined;
  }
}

function isBelow(diffIds: readonly string[], { layers }: Image): boolean {
  return diffIds.length > 0 && diffIds.every((diffId, position) => layers[position]?.diffId === diffId);
}

/** `registry:docker.io/library/python@sha256:…`, from the labels of the OCI image-spec (annotations.md). */
function namedBase({ config }: Image, imageName: string): string | undefined {
  const [, medium] = /^(docker|podman|registry):/.exec(imageName) ?? [];
  const name = config.labels['org.opencontainers.image.base.name'];
  const digest = config.labels['org.opencontainers.image.base.digest'];
  if (medium === undefined || name === undefined || name === '') return undefined;
  try {
    const { registry, repository } = parseReference(name);
    return digest === undefined || digest === ''
      ? `${medium}:${name}`
      : `${medium}:${registry}/${repository}@${digest}`;
  } catch {
    return undefined;
  }
}
