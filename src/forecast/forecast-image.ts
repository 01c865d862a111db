import { aptRow } from './apt-row.ts';
import { type BaseImage, describeBase } from './base-images.ts';
import type {
  Forecast,
  ForecastFacts,
  ForecastPackage,
  ForecastRow,
  ForecastWarning,
  MissingRow,
  WheelFacts,
} from './forecast.ts';
import { pythonRow } from './python-row.ts';

/** What helps against everything that only a build can tell. */
export const buildHint =
  'With Docker, Podman or Buildah, and without --no-build, both images are built and measured.';

/**
 * The layers that a build would make, lowest first, from gathered facts. What cannot be told whole has no row, never a
 * made-up number: `missing` says why.
 */
export function forecastImage(facts: ForecastFacts): Forecast {
  const { request, wheels } = facts;
  const rows: ForecastRow[] = [];
  const warnings: ForecastWarning[] = facts.problems.map((text) => ({ text }));
  const missing: MissingRow[] = [...(request.missing ?? []), ...facts.missing];
  const base = describeBase(request.baseReference, facts.base);
  if (base === undefined) {
    missing.unshift({
      group: 'base',
      because: `no size is known of ${request.baseReference}`,
      hint: buildHint,
    });
  } else {
    rows.push({
      group: 'base',
      label: request.baseReference,
      sizeBytes: base.sizeBytes,
      uncertaintyBytes: base.uncertaintyBytes,
      ...(base.compressedBytes !== undefined && { compressedBytes: base.compressedBytes }),
      sharedKey: request.baseReference,
    });
  }
  const origin = base && originOf(facts);
  if (origin !== undefined) warnings.push({ text: `the size of ${request.baseReference} is ${origin}` });
  const standIn = facts.base?.standInNote;
  if (standIn !== undefined) warnings.push({ text: `the base is a stand-in: ${standIn}` });
  const apt = aptRow(facts, base);
  if (apt !== undefined) rows.push(apt.row);
  if (apt !== undefined && apt.unknown.length > 0) {
    warnings.push({ text: `the size of these system packages is a guess: ${apt.unknown.join(', ')}` });
  }
  if (wheels !== undefined && wheels.length > 0) rows.push(pythonRow(wheels, { ...request.python, base }));
  if (request.contextBytes > 0) {
    rows.push({
      group: 'application',
      label: 'files of the build context',
      sizeBytes: request.contextBytes,
      uncertaintyBytes: Math.round(request.contextBytes * 0.02),
    });
  }
  const untold = new Set(missing.map(({ group }) => group));
  return {
    rows: rows.filter(({ group }) => !untold.has(group)),
    missing,
    warnings: [...warnings, ...(request.unmeasured ?? [])],
    packages: untold.has('python-dependencies') ? [] : packagesOf(wheels ?? [], base),
    linked: (wheels ?? []).flatMap(({ name, version, libraries }) =>
      libraries === undefined ? [] : [{ name, version, ...libraries }],
    ),
  };
}

/** Where the size of the base comes from, unless it was read off. */
function originOf({ base, request }: ForecastFacts): string | undefined {
  if (request.baseReference === 'scratch' || base?.sizeBytes !== undefined) return undefined;
  return base?.compressedBytes === undefined
    ? 'that of a table: neither an engine nor its registry tells it'
    : 'inferred from its compressed size, which is all that its registry tells';
}

function packagesOf(wheels: readonly WheelFacts[], base: BaseImage | undefined): ForecastPackage[] {
  const installed = new Set(wheels.map(({ name }) => name));
  const ofBase = [...(base?.distributions ?? [])].filter(([name]) => !installed.has(name));
  return [
    ...ofBase.map(([name, version]) => ({ name, version, sizeBytes: 0 })),
    ...wheels.map(({ name, version, contents }) => ({ name, version, sizeBytes: contents.totalBytes })),
  ];
}
