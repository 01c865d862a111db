import { type AuditRequest, auditImage, wasteFiles } from '../../../audit/index.ts';
import type { BrowsedPackage } from '../../../browse/index.ts';
import type { Platform } from '../../../image/index.ts';
import type { CliEnvironment } from '../../environment.ts';
import { type ExitCode, exitCodes } from '../../exit-code.ts';
import { readOpenImage } from '../../read-side.ts';
import { browseInTerminal, requireTerminal } from './browse-terminal.ts';

/** Reads an image, audits it, and lets its user look around in it; the image stays open meanwhile. */
export async function browseImage(
  name: string,
  environment: CliEnvironment,
  options: { readonly platform: Platform | undefined; readonly target: AuditRequest['target'] },
): Promise<ExitCode> {
  requireTerminal();
  const { platform, target } = options;
  const { read, image } = await readOpenImage(name, environment, { platform, withMeasures: false });
  try {
    const { root, side, distributions } = read;
    const { inventory } = side;
    const request: AuditRequest = {
      image: read.image,
      root,
      inventory,
      distributions,
      ...(target === undefined ? {} : { target }),
    };
    const packages: BrowsedPackage[] = [
      ...distributions.map((one) => ({ ...packageOf(one), kind: 'distribution' as const })),
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
