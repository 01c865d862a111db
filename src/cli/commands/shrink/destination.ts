import { access, constants, readdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { messageOf, UserError } from '../../../base/index.ts';
import {
  type Image,
  parseImageSpec,
  writeDockerArchive,
  writeOciArchive,
  writeOciLayout,
} from '../../../image/index.ts';
import type { EngineKind } from '../../engine-named.ts';
import { registryDestination } from '../../registry-destination.ts';
import { isStandardOutput } from '../../write-output.ts';

/** Where an image goes to. */
export type Destination = FileDestination | NamedDestination;

/** A new file, or a new directory. */
export type FileDestination =
  | { readonly kind: 'docker-archive'; readonly path: string }
  | { readonly kind: 'oci' | 'oci-archive'; readonly path: string; readonly tag?: string };

/** A tag in a registry, or a name in an engine; the reference is in full. */
export interface NamedDestination {
  readonly kind: 'registry' | EngineKind;
  readonly reference: string;
}

const forms =
  'Write docker-archive:FILE, oci:DIR[:TAG], oci-archive:FILE[:TAG], registry:REF, docker:REF or podman:REF.';

/** Reads `-o`: a medium and a place; a bare name that ends like a tar file is a docker-archive. Throws a `UserError` for others. */
export function parseDestination(text: string): Destination {
  const spec = parseImageSpec(text);
  switch (spec.kind) {
    case 'docker-archive':
      return { kind: spec.kind, path: spec.path };
    case 'oci':
    case 'oci-archive':
      return { kind: spec.kind, path: spec.path, ...(spec.tag !== undefined && { tag: spec.tag }) };
    case 'registry':
    case 'docker':
    case 'podman':
      return { kind: spec.kind, reference: registryDestination(spec.reference) };
    case 'bare':
      if (spec.text.endsWith('.tar')) return { kind: 'docker-archive', path: spec.text };
      throw new UserError(`${text} does not say what to write`, { hint: forms });
    default:
      throw new UserError(`shrink writes images, not ${spec.kind}:`, { hint: forms });
  }
}

/** Fails with a `UserError` where something is in the way, or nothing can be written: nothing is ever overwritten, and no work is done in vain. */
export async function assertFree({
  kind,
  path,
}: Pick<FileDestination, 'path'> & { readonly kind: string }): Promise<void> {
  if (isStandardOutput(path)) throw onStandardOutput(kind);
  const there = await stat(path).catch(() => undefined);
  // A list goes into a pipe or a device as well.
  if (kind === 'manifest' && there !== undefined && !there.isFile() && !there.isDirectory()) return;
  if (there !== undefined && !(kind === 'oci' && there.isDirectory()))
    throw new UserError(`${path} is there already`, { hint: 'Name a new file, or remove that one.' });
  // A new layout may take the place of an empty directory.
  if (there !== undefined && (await readdir(path)).length > 0)
    throw new UserError(`${path} is not empty`, { hint: 'Choose a new directory for the OCI layout.' });
  const folder = await nearestFolder(dirname(resolve(path)));
  await access(folder, constants.W_OK).catch((error: unknown) => {
    throw unwritable(path, error);
  });
}

/** Elsewhere `-` means standard output, which has the report; a file of that name nobody means. */
function onStandardOutput(kind: string): UserError {
  return kind === 'manifest'
    ? new UserError('--manifest - cannot be: standard output has the report', {
        hint: 'Name a file; --manifest /dev/stderr shows the list beside it.',
      })
    : new UserError(`${kind}:- cannot be: standard output has the report`, {
        hint: `Name a file: ${kind}:FILE.`,
      });
}

/** The folder itself, or the first one above it that is there: those below are made. */
async function nearestFolder(path: string): Promise<string> {
  const there = await stat(path).catch(() => undefined);
  if (there?.isDirectory() === true || path === dirname(path)) return path;
  if (there !== undefined)
    throw new UserError(`${path} is no directory`, {
      hint: 'Name a file in a directory that you may write to.',
    });
  return await nearestFolder(dirname(path));
}

/** What the system says, with what to do. */
function unwritable(path: string, cause: unknown): UserError {
  const isFull =
    cause instanceof Error && 'code' in cause && (cause.code === 'ENOSPC' || cause.code === 'EDQUOT');
  return new UserError(`${path} cannot be written: ${messageOf(cause)}`, {
    hint: isFull
      ? 'Make room, or write it to a larger disk.'
      : 'Name a file in a directory that you may write to.',
    cause,
  });
}

/** Writes an image into files, whole or not at all. */
export async function writeFiles(
  image: Image,
  destination: FileDestination,
  { tag, signal }: { readonly tag: string | undefined; readonly signal: AbortSignal },
): Promise<void> {
  const { kind, path } = destination;
  const name = destination.kind === 'docker-archive' ? tag : (destination.tag ?? tag);
  const options = { signal, ...(name !== undefined && { tag: name }) };
  try {
    if (kind === 'docker-archive')
      await writeDockerArchive(image, path, { signal, ...(tag !== undefined && { tags: [tag] }) });
    else if (kind === 'oci') await writeOciLayout(image, path, options);
    else await writeOciArchive(image, path, options);
  } catch (error) {
    // What the system refuses; all else is told by who found it.
    if (error instanceof Error && 'syscall' in error) throw unwritable(path, error);
    throw error;
  }
}
