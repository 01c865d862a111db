import type { DistroPackage } from '../distro/index.ts';
import type { Side } from './side.ts';

/** A package or distribution that one of the images has, or both. */
export interface PackageChange {
  readonly kind: 'distribution' | DistroPackage['manager'];
  readonly name: string;
  readonly fat?: { readonly version: string; readonly sizeBytes: number };
  readonly lean?: { readonly version: string; readonly sizeBytes: number };
  readonly change: 'removed' | 'added' | 'version' | 'size' | 'same';
  /** Bytes that are gone; negative where it grew. */
  readonly savedBytes: number;
}

interface Installed {
  readonly kind: PackageChange['kind'];
  readonly name: string;
  readonly version: string;
  readonly sizeBytes: number;
}

/**
 * Both images' packages side by side, those that changed most first. A forecast knows Python distributions at most, so that only those
 * are compared with it, and the same version is the same.
 */
export function packageChanges(fat: Side, lean: Side): PackageChange[] {
  const isForecast = fat.kind === 'forecast' || lean.kind === 'forecast';
  if ([fat, lean].some((side) => side.kind === 'forecast' && side.packages === undefined)) return [];
  const before = packagesOf(fat, isForecast);
  const after = packagesOf(lean, isForecast);
  const keys = [...new Set([...before.keys(), ...after.keys()])];
  return keys
    .flatMap((key) => changeOf(before.get(key), after.get(key)) ?? [])
    .map((one) => (isForecast ? withoutGuessedSize(one) : one))
    .sort((a, b) => Math.abs(b.savedBytes) - Math.abs(a.savedBytes) || (a.name < b.name ? -1 : 1));
}

/** Sizes of a forecast are too rough to compare one by one. */
function withoutGuessedSize(one: PackageChange): PackageChange {
  return one.change === 'size' ? { ...one, change: 'same', savedBytes: 0 } : one;
}

function installedIn(side: Side, isForecast: boolean): Installed[] {
  const distributions = side.kind === 'forecast' ? (side.packages ?? []) : side.distributions;
  const system = side.kind === 'forecast' || isForecast ? [] : side.inventory.packages;
  return [
    ...distributions.map(({ name, version, sizeBytes }) => ({
      kind: 'distribution' as const,
      name,
      version,
      sizeBytes,
    })),
    ...system.map((one) => ({ ...one, kind: one.manager })),
  ];
}

function packagesOf(side: Side, isForecast: boolean): Map<string, Installed> {
  const installed = installedIn(side, isForecast);
  const found = new Map<string, Installed>();
  for (const one of installed) {
    const key = `${one.kind} ${one.name.toLowerCase().replace(/[-_.]+/g, '-')}`;
    const earlier = found.get(key);
    // Two copies of one distribution (a venv beside the base's): their bytes count together.
    found.set(key, earlier === undefined ? one : { ...one, sizeBytes: earlier.sizeBytes + one.sizeBytes });
  }
  return found;
}

function changeOf(fat: Installed | undefined, lean: Installed | undefined): PackageChange | undefined {
  const known = fat ?? lean;
  if (known === undefined) return undefined;
  const facts = (one: Installed): { version: string; sizeBytes: number } => ({
    version: one.version,
    sizeBytes: one.sizeBytes,
  });
  return {
    kind: known.kind,
    name: known.name,
    ...(fat === undefined ? {} : { fat: facts(fat) }),
    ...(lean === undefined ? {} : { lean: facts(lean) }),
    change: kindOfChange(fat, lean),
    savedBytes: (fat?.sizeBytes ?? 0) - (lean?.sizeBytes ?? 0),
  };
}

function kindOfChange(fat: Installed | undefined, lean: Installed | undefined): PackageChange['change'] {
  if (lean === undefined) return 'removed';
  if (fat === undefined) return 'added';
  if (fat.version !== lean.version) return 'version';
  return fat.sizeBytes === lean.sizeBytes ? 'same' : 'size';
}
