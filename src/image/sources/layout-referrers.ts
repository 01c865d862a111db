import { type Descriptor, mediaTypes, parseIndex } from '../documents.ts';
import type { ManifestNode } from '../manifest-node.ts';
import { growTree, nodesOf, type TreeGround } from '../manifest-tree.ts';
import { mostReferrers, type Referrer, referrersTag, subjectOf, tagsOfSubject } from '../referrer.ts';
import { namesOf } from './oci-layout.ts';

/**
 * What else an OCI layout holds that speaks of a tree, of its parts or of each other: by `subject` (OCI image-spec, manifest.md), listed under the
 * tag of the referrers tag schema, or under cosign's tags.
 */
export async function referrersInLayout(
  others: readonly Descriptor[],
  root: ManifestNode,
  ground: TreeGround,
): Promise<Referrer[]> {
  const spokenOf = nodesOf(root).map(({ digest }) => digest);
  const listed = await withListed(others, spokenOf, ground);
  let waiting = await Promise.all(listed.map(async (one) => await candidateOf(one, ground)));
  const found = new Map<string, Referrer>();
  for (;;) {
    const subjects = new Map(
      spokenOf.flatMap((digest) => [digest, ...tagsOfSubject(digest)].map((name) => [name, digest])),
    );
    const next = waiting.flatMap((one) => {
      const subjectDigest = subjects.get(one.subject ?? '') ?? subjects.get(one.tag ?? '');
      return subjectDigest === undefined ? [] : [{ ...one, subjectDigest }];
    });
    if (next.length === 0) return [...found.values()].slice(0, mostReferrers);
    waiting = waiting.filter((one) => !next.some(({ digest }) => digest === one.digest));
    for (const { descriptor, content, digest, tag: name, subjectDigest } of next) {
      const tag = tagsOfSubject(subjectDigest).find((one) => one === name);
      const node = content === undefined ? undefined : await growTree(ground, { descriptor, content });
      found.set(digest, { name: tag ?? digest, tag, subjectDigest, node });
      spokenOf.push(digest);
    }
  }
}

/** The lists that registries without an API keep under a tag give what they list, and are no referrers themselves. */
async function withListed(
  others: readonly Descriptor[],
  digests: readonly string[],
  ground: TreeGround,
): Promise<readonly Descriptor[]> {
  const tags = new Set(digests.map(referrersTag));
  const all = new Map<string, Descriptor>();
  for (const one of others) {
    const isList = namesOf(one).some((name) => tags.has(name)) && mediaTypes.indexes.includes(one.mediaType);
    const content = isList ? await ground.fetch(one) : undefined;
    const manifests =
      content === undefined ? [one] : parseIndex(content, `the index ${one.digest}`).manifests;
    // What stands beside the lists may have a name of its own.
    for (const inner of manifests)
      if (content === undefined || !all.has(inner.digest)) all.set(inner.digest, inner);
  }
  return [...all.values()].filter(({ mediaType }) =>
    [...mediaTypes.indexes, ...mediaTypes.manifests].includes(mediaType),
  );
}

interface Candidate {
  readonly descriptor: Descriptor;
  readonly digest: string;
  readonly content: string | undefined;
  readonly subject: string | undefined;
  readonly tag: string | undefined;
}

async function candidateOf(descriptor: Descriptor, ground: TreeGround): Promise<Candidate> {
  const content = await ground.fetch(descriptor);
  const subject = content === undefined ? undefined : subjectOf(content);
  return { descriptor, digest: descriptor.digest, content, subject, tag: namesOf(descriptor)[0] };
}
