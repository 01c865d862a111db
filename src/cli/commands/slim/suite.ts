import type { DebianSuite } from '../../../python/index.ts';

/** The Debian suite that a base's tag names; trixie where it names none, as the official images do since August 2025; Anaconda's images are bookworm. */
export function suiteOfBase(reference: string | undefined): DebianSuite {
  return /bookworm|debian:12|-slim12|continuumio\/(?:mini|ana)conda3/.test(reference ?? '')
    ? 'bookworm'
    : 'trixie';
}
