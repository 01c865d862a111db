import * as z from 'zod';
import { parseDigest } from '../base/index.ts';
import type { ManifestNode } from './manifest-node.ts';

/** A manifest that speaks of another one: by its `subject`, or by its tag (cosign's `sha256-….sig`). */
export interface Referrer {
  /** Its tag, else its digest. */
  readonly name: string;
  readonly tag?: string | undefined;
  readonly subjectDigest: string;
  /** Absent where it cannot be read. */
  readonly node?: ManifestNode | undefined;
}

/** The longest list of referrers that is read, in bytes. Registries accept 4 MiB. */
export const listLimitBytes: number = 16 * 1024 * 1024;

/** The most referrers that are looked at. */
export const mostReferrers = 500;

/** The tag under which registries without a list of referrers keep one (OCI distribution-spec, "Referrers Tag Schema"). */
export function referrersTag(digest: string): string {
  const { algorithm = '', hex = '' } = parseDigest(digest) ?? {};
  return `${algorithm.slice(0, 32)}-${hex.slice(0, 64)}`;
}

/** Tags by which signatures, attestations and SBOMs of a manifest are found (cosign, specs/SIGNATURE_SPEC.md, "Discovery"). */
export function tagsOfSubject(digest: string): readonly string[] {
  return ['sig', 'att', 'sbom'].map((kind) => `${digest.replace(':', '-')}.${kind}`);
}

// {"subject": {"digest": "sha256:…"}, …}
const subjectSchema = z.object({ subject: z.object({ digest: z.string() }).nullish() });

/** The digest of what a manifest or an index says something about (`subject`); undefined where it does not. */
export function subjectOf(content: string): string | undefined {
  return subjectSchema.safeParse(JSON.parse(content)).data?.subject?.digest;
}
