import { readFileSync } from 'node:fs';

/**
 * Names the build that runs: a digest over all its files, which the build writes beside them. Undefined when the sources
 * run as they are, which may change from one run to the next.
 */
export function buildId(): string | undefined {
  try {
    const known: unknown = JSON.parse(readFileSync(new URL('../build.json', import.meta.url), 'utf8'));
    const isNamed = typeof known === 'object' && known !== null && 'id' in known;
    return isNamed && typeof known.id === 'string' ? known.id : undefined;
  } catch {
    return undefined;
  }
}
