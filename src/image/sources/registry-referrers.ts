import pLimit from 'p-limit';
import { UserError } from '../../base/index.ts';
import { ociIndex, ociManifest, parseIndex } from '../documents.ts';
import type { ManifestNode } from '../manifest-node.ts';
import { growTree, nodesOf, type TreeGround } from '../manifest-tree.ts';
import { listLimitBytes, mostReferrers, type Referrer, referrersTag, tagsOfSubject } from '../referrer.ts';
import { discardBody, readBody } from '../registry/http-call.ts';
import { fetchManifest } from '../registry/read-manifest.ts';
import type { RegistryClient } from '../registry/registry-client.ts';

const questionsAtOnce = 8;

/** A tree, and where its documents come from. */
interface Grown {
  readonly root: ManifestNode;
  readonly ground: TreeGround;
}

/**
 * What a registry has that speaks of a tree, of its parts or of each other: what it lists ("Listing Referrers"), what is listed under the tag of the
 * referrers tag schema, and what is under cosign's tags. Empty where nobody may ask.
 */
export async function referrersInRegistry(
  client: RegistryClient,
  repository: string,
  grown: Grown,
): Promise<Referrer[]> {
  const source: Source = { client, repository, ground: grown.ground };
  const spokenOf = nodesOf(grown.root).flatMap(({ digest, kind }) =>
    kind === 'attestation' ? [] : [{ digest, hasTags: true }],
  );
  const found = new Map<string, Referrer>();
  // An answer takes as long as the way there and back.
  const asking = pLimit(questionsAtOnce);
  for (const { digest: subjectDigest, hasTags } of spokenOf) {
    const ask = async (name: Name): Promise<Referrer | undefined> =>
      await asking(async () => await referrerOf(source, name, subjectDigest));
    const tagged = hasTags
      ? tagsOfSubject(subjectDigest).map(async (tag) => await ask({ tag, digest: undefined }))
      : [];
    const listed = listOf(source, subjectDigest).then((digests) =>
      Promise.all(
        digests.slice(0, mostReferrers).map(async (digest) => await ask({ tag: undefined, digest })),
      ),
    );
    const [first, ...others] = await Promise.all([listed, ...tagged]);
    for (const referrer of [...first, ...others]) {
      if (referrer === undefined || found.has(referrer.name) || found.size === mostReferrers) continue;
      found.set(referrer.name, referrer);
      // What speaks of it in turn comes after it.
      if (referrer.node !== undefined) spokenOf.push({ digest: referrer.node.digest, hasTags: false });
    }
  }
  return [...found.values()];
}

interface Source {
  readonly client: RegistryClient;
  readonly repository: string;
  readonly ground: TreeGround;
}

/** The digests of what speaks of a manifest. */
async function listOf(source: Source, digest: string): Promise<string[]> {
  const told = await listAt(source, `referrers/${digest}`);
  return told.length > 0 ? told : await listAt(source, `manifests/${referrersTag(digest)}`);
}

async function listAt({ client, repository }: Source, path: string): Promise<string[]> {
  const wanted = `what refers to it (${path})`;
  try {
    const answer = await client.send({
      method: 'GET',
      repository,
      path,
      headers: { accept: ociIndex },
      wanted,
    });
    if (answer.status !== 200) {
      discardBody(answer);
      return [];
    }
    const text = (await readBody(answer, listLimitBytes)).toString();
    return parseIndex(text, wanted).manifests.map(({ digest }) => digest);
  } catch (error) {
    // Not every registry lets everybody ask.
    if (error instanceof UserError) return [];
    throw error;
  }
}

interface Name {
  readonly tag: string | undefined;
  readonly digest: string | undefined;
}

/** A referrer by its digest or tag; undefined where nothing is under the tag. */
async function referrerOf(
  { client, repository, ground }: Source,
  { tag, digest }: Name,
  subjectDigest: string,
): Promise<Referrer | undefined> {
  const name = tag ?? digest ?? '';
  if (tag !== undefined && !(await isThere({ client, repository, ground }, tag))) return undefined;
  try {
    const {
      kind,
      text,
      digest: own,
    } = await fetchManifest(client, {
      repository,
      tag,
      digest,
      title: `${ground.title} (${name})`,
    });
    const mediaType = kind === 'index' ? ociIndex : ociManifest;
    const node = await growTree(ground, { descriptor: { mediaType, digest: own }, content: text });
    return { name, tag, subjectDigest, node };
  } catch (error) {
    if (error instanceof UserError) return { name, tag, subjectDigest };
    throw error;
  }
}

async function isThere({ client, repository }: Source, tag: string): Promise<boolean> {
  try {
    const headers = { accept: `${ociIndex}, ${ociManifest}` };
    const answer = await client.send({
      method: 'HEAD',
      repository,
      path: `manifests/${tag}`,
      headers,
      wanted: tag,
    });
    discardBody(answer);
    return answer.status === 200;
  } catch (error) {
    if (error instanceof UserError) return false;
    throw error;
  }
}
