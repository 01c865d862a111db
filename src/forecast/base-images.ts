import { z } from 'zod';
import { readTable } from '../base/index.ts';
import { parseReference } from '../image/index.ts';
import type { WheelPlatform } from '../python/index.ts';

/** What is known of a base image. */
export interface BaseImage {
  readonly sizeBytes: number;
  readonly uncertaintyBytes: number;
  readonly compressedBytes: number | undefined;
  readonly libc: WheelPlatform['libc'];
  readonly libcMinor: number;
  /** The version of its `python3`, or of the one that its package manager installs; undefined where the tag does not tell. */
  readonly pythonVersion: string | undefined;
  /** Debian packages that it has beyond a minimal system; all that it has where `hasWholeList`. */
  readonly packages: ReadonlySet<string>;
  readonly hasWholeList: boolean;
  /** The release that apt installs from, where it is Debian's: `bookworm`. */
  readonly debianSuite: string | undefined;
  /** Its dpkg leaves out documentation, as the slim images have it (`/etc/dpkg/dpkg.cfg.d/docker`). */
  readonly isWithoutDocumentation: boolean;
  /** Python distributions that it brings, name to version; undefined where nobody looked. */
  readonly distributions: ReadonlyMap<string, string> | undefined;
  /** Where the numbers are from. */
  readonly source: string;
}

/** What an engine or a registry tells of a base image. */
export interface MeasuredBase {
  /** Whether the uncompressed size was told, as engines do, or the compressed one, as registries do. */
  readonly sizeBytes?: number;
  readonly compressedBytes?: number;
  /** The image's own environment variables. */
  readonly variables: Readonly<Record<string, string>>;
  /** All Debian packages in it, where its files were read. */
  readonly packages?: ReadonlySet<string>;
  readonly debianSuite?: string;
  readonly distributions?: ReadonlyMap<string, string>;
  /** What the image says of itself where it is no official one, but stands in for it. */
  readonly standInNote?: string;
  /** `docker`, `registry`. */
  readonly where: string;
}

const schema = z.strictObject({
  source: z.url(),
  packageLists: z.record(z.string(), z.array(z.array(z.string()))),
  images: z.array(
    z.strictObject({
      repository: z.string(),
      registry: z.string().default('docker.io'),
      tag: z.string(),
      sizeBytes: z.int().positive(),
      uncertaintyBytes: z.int().positive(),
      compressedBytes: z.int().positive().optional(),
      libc: z.enum(['glibc', 'musl']),
      libcMinor: z.int(),
      python: z.string().optional(),
      packages: z.string(),
      source: z.url(),
    }),
  ),
});

const table = schema.parse(readTable(new URL('base-images.yaml', import.meta.url)));

/** Mirrors that carry Docker Hub's images under a path of their own. */
const mirrors: readonly RegExp[] = [
  /^public\.ecr\.aws\/docker\/(?=library\/)/,
  /^mirror\.gcr\.io\//,
  /^[^/]+\/dockerhub\//,
];

/** What the table knows of a base image by its reference (a digest is left out of account); undefined for all others. */
export function baseImage(reference: string): BaseImage | undefined {
  const place = readPlace(reference);
  if (place === undefined) return undefined;
  const entry = table.images.find(
    (one) =>
      one.registry === place.registry &&
      one.repository === place.repository &&
      new RegExp(`^(?:${one.tag})$`).test(place.tag),
  );
  if (entry === undefined) return undefined;
  const ofTag = place.repository === 'python' ? /^3\.\d+/.exec(place.tag)?.[0] : undefined;
  const ofUbuntu = /ubuntu(\d+\.\d+)/.exec(place.tag)?.[1];
  const beneath = ofUbuntu === undefined ? undefined : baseImage(`ubuntu:${ofUbuntu}`);
  return {
    sizeBytes: entry.sizeBytes,
    uncertaintyBytes: entry.uncertaintyBytes,
    compressedBytes: entry.compressedBytes,
    libc: entry.libc,
    libcMinor: beneath?.libcMinor ?? entry.libcMinor,
    pythonVersion: ofTag ?? entry.python ?? beneath?.pythonVersion,
    packages: new Set((table.packageLists[entry.packages] ?? []).flat()),
    hasWholeList: false,
    debianSuite: debianSuiteOf(place, entry.libcMinor),
    isWithoutDocumentation: isSlim(place.tag),
    distributions: undefined,
    source: entry.source,
  };
}

/** glibc's minor version tells the Debian release of an official image. */
const suites: Readonly<Record<number, string>> = { 31: 'bullseye', 36: 'bookworm', 41: 'trixie' };

function debianSuiteOf({ repository, tag }: Place, libcMinor: number): string | undefined {
  return /^(python|debian)$/.test(repository) && !/alpine/.test(tag) ? suites[libcMinor] : undefined;
}

function isSlim(tag: string): boolean {
  return /slim/.test(tag);
}

/** A layer is about this part of its content once it is compressed, where no table tells (the official Python and Debian images). */
const compressedShare = { expected: 0.37, margin: 0.04 };

/**
 * What is known of a base image by what was measured of it, by the table, or by both: a compressed size alone is taken in the
 * table's proportion. Undefined where neither tells a size.
 */
export function describeBase(reference: string, measured: MeasuredBase | undefined): BaseImage | undefined {
  const known = baseImage(reference);
  if (measured === undefined) return known;
  const size = measuredSize(measured, known);
  if (size === undefined) return known;
  const python = /^\d+\.\d+/.exec(measured.variables['PYTHON_VERSION'] ?? '')?.[0];
  const libcMinor = Object.entries(suites).find(([, suite]) => suite === measured.debianSuite)?.[0];
  return {
    ...size,
    compressedBytes: measured.compressedBytes ?? known?.compressedBytes,
    libc: known?.libc ?? 'glibc',
    libcMinor: libcMinor === undefined ? (known?.libcMinor ?? 36) : Number(libcMinor),
    pythonVersion: python ?? known?.pythonVersion,
    packages: measured.packages ?? known?.packages ?? new Set(),
    hasWholeList: measured.packages !== undefined,
    debianSuite: measured.debianSuite ?? known?.debianSuite,
    isWithoutDocumentation: known?.isWithoutDocumentation ?? isSlim(reference),
    distributions: measured.distributions,
    source: measured.where,
  };
}

function measuredSize(
  { sizeBytes, compressedBytes }: MeasuredBase,
  known: BaseImage | undefined,
): Pick<BaseImage, 'sizeBytes' | 'uncertaintyBytes'> | undefined {
  if (sizeBytes !== undefined) return { sizeBytes, uncertaintyBytes: 0 };
  if (compressedBytes === undefined) return undefined;
  if (known?.compressedBytes !== undefined) {
    const bytes = Math.round((compressedBytes * known.sizeBytes) / known.compressedBytes);
    return { sizeBytes: bytes, uncertaintyBytes: Math.round(bytes * 0.03) };
  }
  const bytes = compressedBytes / compressedShare.expected;
  const largest = compressedBytes / (compressedShare.expected - compressedShare.margin);
  return { sizeBytes: Math.round(bytes), uncertaintyBytes: Math.round(largest - bytes) };
}

interface Place {
  readonly registry: string;
  readonly repository: string;
  readonly tag: string;
}

function readPlace(reference: string): Place | undefined {
  // A variable that the Dockerfile does not set stands in the reference as written.
  if (/[$\s]/.test(reference) || reference === 'scratch') return undefined;
  try {
    const whole = mirrors.reduce((text, mirror) => text.replace(mirror, ''), reference);
    const { registry, repository, tag } = parseReference(whole);
    return tag === undefined
      ? undefined
      : { registry, repository: repository.replace(/^library\//, ''), tag };
  } catch {
    return undefined;
  }
}
