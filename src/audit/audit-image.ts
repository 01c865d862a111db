import type { UnreadableDatabase } from '../distro/index.ts';
import { type Finding, type FindingOwner, sortFindings } from '../finding/index.ts';
import type { FoundBase, Platform } from '../image/index.ts';
import { type AuditLayer, auditLayers } from './audit-layers.ts';
import type { AuditRequest } from './audit-request.ts';
import { type AuditSubject, auditSubject } from './audit-subject.ts';
import { claimFiles } from './claim-files.ts';
import { imageDetectors } from './detectors/index.ts';
import { groupClaims } from './group-claims.ts';
import { twinPlaces } from './twin-places.ts';

/** Something installed, with what it takes up in the visible root file system. */
export interface AuditPackage extends FindingOwner {
  readonly sizeBytes: number;
  readonly fileCount: number;
  /** The folder that holds it, of a Python distribution that is installed more than once. */
  readonly location?: string;
}

/** What an image holds, whose it is, and what of it is waste; schema `plimsoll.audit/1`. */
export interface Audit {
  readonly image: {
    readonly name: string;
    readonly digest: string;
    readonly platform: Platform;
    /** As the distribution's os-release calls itself. */
    readonly distribution?: string;
    /** Sum of the layers as the source stores them (compressed or not). */
    readonly storedBytes: number;
    /** Sum of the layers as compressed blobs; absent where one's is not known. */
    readonly compressedBytes?: number;
    /** True where a part of `compressedBytes` was worked out from samples. */
    readonly isCompressedEstimated?: true;
    /** Sum of the layers' uncompressed tar streams. */
    readonly tarBytes: number;
    /** Sum of the content of all layers: the size that engines show. */
    readonly contentBytes: number;
    readonly visibleBytes: number;
    readonly fileCount: number;
  };
  /** Lowest first. */
  readonly layers: readonly AuditLayer[];
  /** Largest first. */
  readonly packages: readonly AuditPackage[];
  /** Worst first. */
  readonly findings: readonly Finding[];
  /** Layers that the source does not hold, and package databases that could not be read: files, packages and owners may be missing. */
  readonly unreadable: readonly UnreadableDatabase[];
  /** Bytes that layers store and the final file system does not show. */
  readonly deadBytes: number;
  /** Bytes that are visible and not needed at run time; never counted twice. */
  readonly avoidableBytes: number;
  /** Visible bytes as a part of all content, 0 to 1; 1 for an image without content. */
  readonly efficiency: number;
  /** Which layers are the base image's and what says so; absent where nothing tells, as are the bytes of both. */
  readonly base?: FoundBase;
  /** Content of the base image's layers. */
  readonly baseBytes?: number;
  /** Content of the layers on top of the base image. */
  readonly userBytes?: number;
}

/** Explains an image: its layers, its packages, and its waste. No byte is in two findings that are waste. */
export function auditImage(request: AuditRequest): Audit {
  const subject = auditSubject(request);
  const { claimed, fileCount } = claimFiles(subject);
  const findings = sortFindings(
    [
      ...groupClaims(claimed.values(), subject),
      ...imageDetectors.flatMap((detector) => detector.detect(subject)),
    ].filter(isNews),
  );
  const { image, root } = request;
  const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);
  const contentBytes = sum(root.layers.map((layer) => layer.contentBytes));
  const layers = auditLayers(subject);
  const distribution = request.inventory.release?.prettyName;
  return {
    image: {
      name: image.name,
      digest: image.digest,
      platform: image.platform,
      ...(distribution === undefined ? {} : { distribution }),
      storedBytes: sum(image.layers.map((layer) => layer.sizeBytes)),
      ...compressedSum(layers),
      tarBytes: sum(root.layers.map((layer) => layer.tarBytes)),
      contentBytes,
      visibleBytes: root.visibleBytes,
      fileCount,
    },
    layers,
    packages: auditPackages(subject),
    findings,
    unreadable: [...absentLayers(request), ...request.inventory.unreadable],
    deadBytes: root.deadBytes,
    avoidableBytes: sum(findings.map((one) => (one.waste === 'avoidable' ? one.sizeBytes : 0))),
    efficiency: contentBytes === 0 ? 1 : (contentBytes - root.deadBytes) / contentBytes,
    ...baseFacts(subject),
  };
}

function absentLayers({ image, absentLayers: absent = [] }: AuditRequest): UnreadableDatabase[] {
  return image.layers.flatMap(({ diffId }, position) => {
    const layer = absent.find((one) => one.diffId === diffId);
    if (layer === undefined) return [];
    return {
      path: `layer ${position}`,
      reason: `it is not stored here, but at ${(layer.urls ?? []).join(', ')}`,
    };
  });
}

/** Empty files are no waste: `var/log/btmp` is there in every image. A secret is news whatever it weighs. */
function isNews({ sizeBytes, severity }: Finding): boolean {
  return sizeBytes > 0 || severity === 'error';
}

function compressedSum(
  layers: readonly AuditLayer[],
): Pick<Audit['image'], 'compressedBytes' | 'isCompressedEstimated'> {
  let compressedBytes = 0;
  for (const layer of layers) {
    if (layer.compressedBytes === undefined) return {};
    compressedBytes += layer.compressedBytes;
  }
  const isEstimated = layers.some((layer) => layer.isCompressedEstimated === true);
  return { compressedBytes, ...(isEstimated && { isCompressedEstimated: true }) };
}

function baseFacts({ base, root }: AuditSubject): Pick<Audit, 'base' | 'baseBytes' | 'userBytes'> {
  if (base === undefined) return {};
  let [baseBytes, userBytes] = [0, 0];
  for (const [position, { contentBytes }] of root.layers.entries()) {
    if (position < base.layerCount) baseBytes += contentBytes;
    else userBytes += contentBytes;
  }
  return { base, baseBytes, userBytes };
}

function auditPackages(subject: AuditSubject): AuditPackage[] {
  const system = subject.inventory.packages.map((one) => ({ kind: one.manager, ...sizes(one) }));
  const placeOf = twinPlaces(subject.distributions);
  const python = subject.distributions.map((one) => {
    const location = placeOf(one);
    return { kind: 'distribution' as const, ...sizes(one), ...(location !== undefined && { location }) };
  });
  const name = ({ name, location = '' }: AuditPackage): string => `${name} ${location}`;
  return [...system, ...python].sort((a, b) => b.sizeBytes - a.sizeBytes || (name(a) < name(b) ? -1 : 1));
}

function sizes(one: AuditRequest['distributions'][number]): Omit<AuditPackage, 'kind'> {
  return { name: one.name, version: one.version, sizeBytes: one.sizeBytes, fileCount: one.files.length };
}
