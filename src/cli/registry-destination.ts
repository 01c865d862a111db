import { UserError } from '../base/index.ts';
import { formatReference, parseReference } from '../image/index.ts';

/** Reads where in a registry an image is to go: `[registry:][REGISTRY/]NAME[:TAG]`, in full. Throws a `UserError` for what names no tag. */
export function registryDestination(text: string): string {
  const bare = text.replace(/^registry:(?:\/\/)?/, '');
  const reference = parseReference(bare);
  if (reference.digest !== undefined) {
    throw new UserError(`${text} names a digest, which only the registry can give`, {
      hint: 'Name a tag, or nothing for "latest".',
    });
  }
  return formatReference(reference);
}
