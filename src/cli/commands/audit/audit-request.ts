import type { AuditRequest } from '../../../audit/index.ts';
import type { Platform } from '../../../image/index.ts';
import type { ReadImage, ReadImageOptions } from '../../read-opened.ts';
import type { AuditOptions } from './audit-options.ts';

/** How an image is read for an audit, whatever shows it. */
export function auditReading(
  { insecure, verify }: Pick<AuditOptions, 'insecure' | 'verify'>,
  platform: Platform | undefined,
): ReadImageOptions {
  return {
    platform,
    withDuplicates: true,
    withCompression: true,
    isInsecure: insecure,
    verifyDigests: verify,
  };
}

/** What an audit works on, of an image that was read. */
export function auditRequest(
  { image, root, side, distributions, duplicates, compressed, absentLayers }: ReadImage,
  { target, base }: Pick<AuditOptions, 'target' | 'base'>,
  baseDiffIds?: readonly string[],
): AuditRequest {
  return {
    image,
    root,
    inventory: side.inventory,
    distributions,
    absentLayers,
    ...(duplicates && { duplicates }),
    ...(compressed && { compressed }),
    ...(baseDiffIds && { baseDiffIds }),
    ...(base !== undefined && { baseName: base }),
    ...(target === undefined ? {} : { target }),
  };
}
