import { parseReference } from './reference.ts';
import type { RegistryAccess } from './registry/registry-access.ts';
import type { RegistrySink } from './sinks/registry.ts';

/**
 * Opens the repository of a reference (`ghcr.io/owner/app:1`; the tag is `latest` where it has none) for writing. Throws a `UserError` when the
 * reference is malformed; whether the registry answers, the first request tells.
 */
export async function openRegistrySink(
  name: string,
  options: { readonly access: RegistryAccess; readonly signal?: AbortSignal | undefined },
): Promise<RegistrySink> {
  // Loaded when it is needed: what Node has for networks takes as long to load as all the rest.
  const { openSink } = await import('./sinks/registry.ts');
  const { pushPlace } = await import('./registry/mirrors.ts');
  const reference = parseReference(name);
  const { registry, repository, isInsecure } = await pushPlace(reference, options.access);
  const insecure = options.access.insecure === true || isInsecure;
  return openSink(
    { ...reference, registry, repository },
    { ...options, access: { ...options.access, insecure } },
  );
}
