import { aptRow } from './apt-row.ts';
import { baseImage } from './base-images.ts';
import type { Forecast, ForecastFacts, ForecastRow } from './forecast.ts';
import { pythonRow } from './python-row.ts';

/**
 * The layers that a build would make, lowest first, from gathered facts. What cannot be told has no row, never a made-up
 * number: a warning says what is missing.
 */
export function forecastImage({ request, wheels, problems }: ForecastFacts): Forecast {
  const rows: ForecastRow[] = [];
  const warnings: string[] = [...problems];
  const base = baseImage(request.baseReference);
  if (base === undefined) {
    warnings.push(`the size of the base ${request.baseReference} is not known: the forecast leaves it out`);
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
  const apt = aptRow(request, base);
  if (apt !== undefined) rows.push(apt.row);
  if (apt !== undefined && apt.unknown.length > 0) {
    warnings.push(`the size of these system packages is a guess: ${apt.unknown.join(', ')}`);
  }
  if (wheels !== undefined && wheels.length > 0) rows.push(pythonRow(wheels, request.python));
  if (request.contextBytes > 0) {
    rows.push({
      group: 'application',
      label: 'files of the build context',
      sizeBytes: request.contextBytes,
      uncertaintyBytes: Math.round(request.contextBytes * 0.02),
    });
  }
  return { rows, warnings: [...new Set([...warnings, ...(request.unmeasured ?? [])])] };
}
