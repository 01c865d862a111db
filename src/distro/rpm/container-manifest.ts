import type { InstalledPackage, PackageSource } from '../installed-package.ts';

const folder = 'var/lib/rpmmanifest';
const detailed = `${folder}/container-manifest-2`;
const names = `${folder}/container-manifest-1`;

/** True for the lists that the distroless images of Azure Linux and CBL-Mariner have in the place of rpm's database. */
export function isContainerManifest(path: string): boolean {
  return path === detailed || path === names;
}

/** The packages that those lists name. They tell no files, so these packages own none. */
export function readContainerManifest(source: PackageSource): InstalledPackage[] {
  if (source.has(detailed)) return parse(detailed, source, packageOfColumns);
  return source.has(names) ? parse(names, source, packageOfName) : [];
}

function parse(
  path: string,
  source: PackageSource,
  packageOf: (line: string) => InstalledPackage | undefined,
): InstalledPackage[] {
  const text = source.text(path);
  if (text === undefined) return [];
  const lines = new Set(text.split(/\r?\n/).filter((line) => line.trim() !== ''));
  const found = [...lines].map(packageOf);
  const unknown = found.filter((one) => one === undefined).length;
  if (unknown > 0) source.note(path, `${unknown} of its ${lines.size} lines describe no package`);
  return found.filter((one) => one !== undefined);
}

/**
 * One line of `container-manifest-2`: name, version-release, times of installation and build, vendor, epoch, size, architecture,
 * epoch as a number and source package, with tabs between them:
 *
 *     openssl	3.3.5-4.azl3	1760000000	1750000000	Microsoft Corporation	(none)	1683456	x86_64	0	openssl-3.3.5-4.azl3.src.rpm
 */
function packageOfColumns(line: string): InstalledPackage | undefined {
  const [name, version, , , , , , architecture, epoch, sourceRpm] = line.split('\t');
  if (!name || !version?.includes('-')) return undefined;
  const sourceName = /^(.+)-[^-]+-[^-]+\.(?:no)?src\.rpm$/.exec(sourceRpm ?? '')?.[1];
  return {
    manager: 'rpm',
    name,
    version: /^[1-9]\d*$/.test(epoch ?? '') ? `${epoch}:${version}` : version,
    ...(architecture ? { architecture } : {}),
    ...(sourceName === undefined || sourceName === name ? {} : { sourceName }),
    listed: [],
  };
}

/** One line of `container-manifest-1`: `openssl-libs-3.3.5-4.azl3.x86_64`. */
function packageOfName(line: string): InstalledPackage | undefined {
  const [, name, version, architecture] = /^(.+)-([^-]+-[^-]+)\.([^.-]+)$/.exec(line.trim()) ?? [];
  if (name === undefined || version === undefined || architecture === undefined) return undefined;
  return { manager: 'rpm', name, version, architecture, listed: [] };
}
