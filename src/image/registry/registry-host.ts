import { isIPv4 } from 'node:net';
import { UserError } from '../../base/index.ts';

/** Where the registry of a reference is reached. */
export interface RegistryHost {
  /** As references name it: `docker.io`, `localhost:5000`. */
  readonly name: string;
  /** Host and port of its API: `registry-1.docker.io`. */
  readonly address: string;
  /** True for this machine itself, where plain HTTP is nobody else's business. */
  readonly isLoopback: boolean;
}

/**
 * Finds the API of a registry: Docker Hub's is not where its name says. Throws a `UserError` for what a reference may name as its registry, and
 * is no address all the same.
 */
export function registryHost(registry: string): RegistryHost {
  const address = registry === 'docker.io' ? 'registry-1.docker.io' : registry;
  const url = URL.parse(`https://${address}`);
  if (url === null) {
    throw new UserError(`"${registry}" is no address of a registry`, {
      hint: 'Check the host and the port (1 to 65535) of the reference.',
    });
  }
  return { name: registry, address, isLoopback: isLoopback(url) };
}

/** True for `localhost` (RFC 6761) and the loopback addresses 127.0.0.0/8 and ::1. */
export function isLoopback(url: URL): boolean {
  const { hostname } = url;
  if (hostname === 'localhost' || hostname.endsWith('.localhost') || hostname === '[::1]') return true;
  return isIPv4(hostname) && hostname.startsWith('127.');
}
