import { stat } from 'node:fs/promises';
import { UserError } from '../../../base/index.ts';
import {
  type Image,
  parseImageSpec,
  writeDockerArchive,
  writeOciArchive,
  writeOciLayout,
} from '../../../image/index.ts';

/** Where an image goes to. */
export type Destination =
  | { readonly kind: 'docker-archive'; readonly path: string }
  | { readonly kind: 'oci' | 'oci-archive'; readonly path: string; readonly tag?: string };

const forms = 'Write docker-archive:FILE, oci:DIR[:TAG] or oci-archive:FILE[:TAG].';

/** Reads `-o`: a medium and a place; a bare name that ends like a tar file is a docker-archive. Throws a `UserError` for others. */
export function parseDestination(text: string): Destination {
  const spec = parseImageSpec(text);
  switch (spec.kind) {
    case 'docker-archive':
      return { kind: spec.kind, path: spec.path };
    case 'oci':
    case 'oci-archive':
      return { kind: spec.kind, path: spec.path, ...(spec.tag !== undefined && { tag: spec.tag }) };
    case 'bare':
      if (spec.text.endsWith('.tar')) return { kind: 'docker-archive', path: spec.text };
      throw new UserError(`${text} does not say what to write`, { hint: forms });
    default:
      throw new UserError(`shrink writes files and directories, not ${spec.kind}:`, {
        hint: `${forms} Then load or push that.`,
      });
  }
}

/** Fails with a `UserError` where something is in the way: nothing is ever overwritten. */
export async function assertFree({ kind, path }: Destination): Promise<void> {
  const there = await stat(path).catch(() => undefined);
  // A new layout may take the place of an empty directory, which its writer looks into.
  if (there === undefined || (kind === 'oci' && there.isDirectory())) return;
  throw new UserError(`${path} is there already`, { hint: 'Name a new file, or remove that one.' });
}

/** Writes an image whole or not at all. */
export async function writeDestination(
  image: Image,
  destination: Destination,
  { tag, signal }: { readonly tag: string | undefined; readonly signal: AbortSignal },
): Promise<void> {
  const { kind, path } = destination;
  if (kind === 'docker-archive') {
    await writeDockerArchive(image, path, { signal, ...(tag !== undefined && { tags: [tag] }) });
    return;
  }
  const name = destination.tag ?? tag;
  const options = { signal, ...(name !== undefined && { tag: name }) };
  if (kind === 'oci') await writeOciLayout(image, path, options);
  else await writeOciArchive(image, path, options);
}
