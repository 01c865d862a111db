import { compareTexts } from './compare-texts.ts';
import { compareJson, parseJson, type ValueComparison } from './compare-values.ts';
import type { Response } from './send-probes.ts';

/**
 * Compares two response bodies: JSON by structure, texts by lines, anything else (and what was too long to be kept
 * whole) by its bytes.
 */
export function compareBodies(fat: Response, lean: Response, tolerance: number): ValueComparison {
  if (fat.digest === lean.digest) return { differences: [], largestDeviation: 0, comparedCount: 1 };
  if (!fat.isTruncated && !lean.isTruncated) {
    if (isJson(fat) && isJson(lean)) {
      const [before, after] = [parseJson(textOf(fat)), parseJson(textOf(lean))];
      if (before !== undefined && after !== undefined) return compareJson(before, after, tolerance);
    }
    if (isText(fat) && isText(lean)) {
      return compareTexts(textOf(fat), textOf(lean), { tolerance, isNormalised: false });
    }
  }
  const show = (one: Response): string =>
    `${one.body.length}${one.isTruncated ? ' or more' : ''} bytes, ${one.digest.slice(0, 19)}…`;
  return {
    differences: [{ path: 'body', fat: show(fat), lean: show(lean) }],
    largestDeviation: 0,
    comparedCount: 1,
  };
}

function isJson(response: Response): boolean {
  return /^application\/(?:[\w.+-]+\+)?json$/.test(response.contentType);
}

function isText(response: Response): boolean {
  return (
    response.contentType.startsWith('text/') ||
    /json|xml|javascript|x-www-form-urlencoded/.test(response.contentType)
  );
}

function textOf(response: Response): string {
  return Buffer.from(response.body).toString('utf8');
}
