import { join } from 'node:path';
import { UserError } from '../base/index.ts';
import { formatReference, parseReference, type RegistryAccess } from '../image/index.ts';
import type { CliEnvironment } from './environment.ts';

/** Reads where in a registry an image is to go: `[registry:][REGISTRY/]NAME[:TAG]`, in full. Throws a `UserError` for what names no tag. */
export function registryDestination(text: string): string {
  const bare = text.startsWith('registry:') ? text.slice('registry:'.length) : text;
  const reference = parseReference(bare);
  if (reference.digest !== undefined) {
    throw new UserError(`${text} names a digest, which only the registry can give`, {
      hint: 'Name a tag, or nothing for "latest".',
    });
  }
  return formatReference(reference);
}

/** How registries are spoken to, as the command line says and the environment allows. */
export function registryAccess(
  { insecure, caFile }: { readonly insecure: boolean; readonly caFile?: string | undefined },
  { variables, homeDir, cacheDir }: CliEnvironment,
): RegistryAccess {
  const manifestDir = join(cacheDir, 'manifests');
  return { environment: variables, homeDir, insecure, authorityFile: caFile, manifestDir };
}
