import { closeOver, type DebianIndex, type DebianPackage, minimalPackages } from '../distro/index.ts';
import type { AptSize, AptWish } from './apt-size.ts';
import type { BaseImage } from './base-images.ts';

/** `Installed-Size` counts whole KiB for each file; security updates and newer point releases differ a little. */
const sizeMargin = 0.05;

/** Of small packages documentation and translations, which slim images leave out, are up to a half. */
const documentation = { expected: 0.03, mostOfSmall: 2_000_000 };

/** `python3-…` packages compile their modules when they are configured, which adds up to as much as their sources. */
const compiled = { expected: 0.9, margin: 0.4 };

/** What dpkg and debconf write anew in any installation, for each package that is there, and for each new one. */
const bookkeeping = { bytes: 850_000, perInstalled: 1_850, perNew: 10_000, margin: 0.5 };

/** The packages that apt would unpack on the base, by Debian's index, with what dpkg notes about them. */
export function aptFromIndex(
  index: DebianIndex,
  base: BaseImage,
  { names, withRecommends }: AptWish,
): AptSize {
  const installed = installedPackages(index, base);
  const closure = closeOver(index, names, { installed, withRecommends });
  const content = sum(closure.packages);
  const python = sum(closure.packages.filter(({ name }) => name.startsWith('python3-')));
  const notes =
    bookkeeping.bytes +
    bookkeeping.perInstalled * installed.size +
    bookkeeping.perNew * closure.packages.length;
  const isNothing = closure.packages.length === 0;
  const left = base.isWithoutDocumentation ? content * documentation.expected : 0;
  const leftMargin = base.isWithoutDocumentation ? Math.min(content * 0.5, documentation.mostOfSmall) : 0;
  return {
    sizeBytes: content - left + python * compiled.expected + notes,
    uncertaintyBytes:
      content * sizeMargin +
      leftMargin +
      python * compiled.margin +
      notes * bookkeeping.margin +
      // What is there already may be upgraded.
      (isNothing ? 1_000_000 : 0),
    unknown: closure.unknown,
  };
}

/** Where nobody looked into the base, its known packages bring what they need, on top of the smallest system. */
function installedPackages(index: DebianIndex, base: BaseImage): ReadonlySet<string> {
  if (base.hasWholeList) return base.packages;
  const minimal = minimalPackages(index);
  const added = closeOver(index, [...base.packages], { installed: minimal, withRecommends: false });
  return new Set([...minimal, ...added.packages.map(({ name }) => name)]);
}

function sum(packages: readonly DebianPackage[]): number {
  return packages.reduce((total, { installedBytes }) => total + installedBytes, 0);
}
