import { UserError } from '../base/index.ts';
import { type ManifestNode, nodesOf, type Referrer } from '../image/index.ts';
import type { SentDocument } from './push-image.ts';
import { sendBlobs, type Way } from './send-blobs.ts';

/** What came of the referrers of a tree. */
interface PushedReferrers {
  readonly documents: readonly SentDocument[];
  /** What went along and what did not, in sentences. */
  readonly remarks: readonly string[];
}

/** By the digest in the source, what each part of a tree is where it was written to. */
type PushedDigests = ReadonlyMap<string, { readonly digest: string }>;

/**
 * Brings what speaks of a tree, byte for byte, to where the tree goes. What speaks of something that has another digest there is left out, and so is
 * what the registry refuses: many take images only, and the image is what was asked for.
 */
export async function pushReferrers(way: Way, now: PushedDigests): Promise<PushedReferrers> {
  const { tree } = way;
  const present = new Set([...now].map(([, { digest }]) => digest));
  const documents: SentDocument[] = [];
  const went: Referrer[] = [];
  const stale: Referrer[] = [];
  const refused: string[] = [];
  for (const one of tree.referrers) {
    if (isChanged(now, one.subjectDigest)) stale.push(one);
    else if (!present.has(one.subjectDigest))
      refused.push(`${one.name} was left out with what it speaks of.`);
    else if (one.node === undefined) refused.push(`${one.name} was left out: it cannot be read.`);
    else {
      try {
        documents.push(...(await pushReferrer(one.node, one.tag, way)));
        present.add(one.node.digest);
        went.push(one);
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        refused.push(`${one.name}, which refers to it, was left out: ${error.message}`);
      }
    }
  }
  return {
    documents,
    remarks: [
      ...sentence(went, (names) => `What refers to ${tree.name} went with it: ${names}.`),
      ...sentence(
        stale,
        (names) =>
          `What refers to ${tree.name} was left out, signatures among it, since what it speaks of has another digest now: ${names}. Without --compression it stays.`,
      ),
      ...refused,
    ],
  };
}

/** True of a part of the tree that is another one where it was written to. */
function isChanged(now: PushedDigests, before: string): boolean {
  const after = now.get(before);
  return after !== undefined && after.digest !== before;
}

async function pushReferrer(
  node: ManifestNode,
  tag: string | undefined,
  way: Way,
): Promise<readonly SentDocument[]> {
  const documents: SentDocument[] = [];
  for (const one of nodesOf(node)) {
    documents.push(...(await sendBlobs(one, way)));
    await way.sink.putReferrer({ ...one, tag: one === node ? tag : undefined });
  }
  return documents;
}

function sentence(referrers: readonly Referrer[], about: (names: string) => string): string[] {
  return referrers.length === 0 ? [] : [about(referrers.map(({ name }) => name).join(', '))];
}
