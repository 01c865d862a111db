import { join } from 'node:path';
import type { RegistryAccess } from '../image/index.ts';
import type { CliEnvironment } from './environment.ts';

/** How registries are spoken to, as the command line says and the environment allows. */
export function registryAccess(
  { insecure = false, caFile }: { readonly insecure?: boolean; readonly caFile?: string | undefined },
  { variables, homeDir, cacheDir }: CliEnvironment,
): RegistryAccess {
  const manifestDir = join(cacheDir, 'manifests');
  return { environment: variables, homeDir, insecure, authorityFile: caFile, manifestDir };
}
