import { auditImage, twinPlaces, wasteFiles } from '../../../audit/index.ts';
import type { BrowsedPackage } from '../../../browse/index.ts';
import type { Platform } from '../../../image/index.ts';
import type { CliEnvironment } from '../../environment.ts';
import { type ExitCode, exitCodes } from '../../exit-code.ts';
import { readLateImage } from '../../read-side.ts';
import type { AuditOptions } from './audit-options.ts';
import { auditReading, auditRequest } from './audit-request.ts';
import { baseDiffIds } from './base-layers.ts';
import { browseInTerminal, requireTerminal } from './browse-terminal.ts';

/** Reads an image, audits it, and lets its user look around in it; the image stays open meanwhile. */
export async function browseImage(
  options: AuditOptions,
  environment: CliEnvironment,
  platform: Platform | undefined,
): Promise<ExitCode> {
  requireTerminal();
  const { read, image } = await readLateImage(options.image, environment, {
    ...auditReading(options, platform),
    withMeasures: false,
  });
  try {
    const request = auditRequest(read, options, await baseDiffIds(image, options, environment));
    const { root, inventory, distributions } = request;
    const placeOf = twinPlaces(distributions);
    const packages: BrowsedPackage[] = [
      ...distributions.map((one) => {
        const location = placeOf(one);
        return {
          ...packageOf(one),
          kind: 'distribution' as const,
          ...(location !== undefined && { location }),
        };
      }),
      ...inventory.packages.map((one) => ({ ...packageOf(one), kind: one.manager })),
    ];
    const subject = { audit: auditImage(request), root, packages, waste: wasteFiles(request) };
    await browseInTerminal(subject, {
      layers: image.layers,
      cwd: environment.cwd,
      hasColour: environment.isColour,
      signal: environment.signal,
    });
    return exitCodes.clean;
  } finally {
    await image.close();
  }
}

function packageOf({
  name,
  version,
  files,
  sizeBytes,
}: Omit<BrowsedPackage, 'kind'>): Omit<BrowsedPackage, 'kind'> {
  return { name, version, files, sizeBytes };
}
