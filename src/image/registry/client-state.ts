import type { Authoriser } from './authorise.ts';
import { type CredentialSearch, findCredentials } from './credentials.ts';
import { type Connections, openConnections } from './http-call.ts';
import { proxyFinder } from './proxies.ts';
import type { RegistryAccess } from './registry-access.ts';
import type { RegistryHost } from './registry-host.ts';
import { type Pause, pauseByClock } from './retries.ts';
import { findTrust } from './tls-trust.ts';
import type { TroublePlace } from './trouble.ts';

/** What all requests to one registry share. */
export interface ClientState {
  readonly host: RegistryHost;
  readonly isInsecure: boolean;
  readonly connections: Connections;
  /** The proxy on the way. */
  readonly proxy: URL | undefined;
  /** Without TLS a proxy is asked, which may know names that nobody here knows. */
  readonly isPlainProxied: boolean;
  readonly credentials: (scope: string) => Promise<CredentialSearch>;
  /** Looks for them anew, once for all who were refused with `old`: a helper's token runs out, and the next one is another. */
  readonly renewed: (scope: string, old: CredentialSearch) => Promise<CredentialSearch>;
  readonly pause: Pause;
  readonly signal: AbortSignal | undefined;
}

/** How the registry is spoken to, as its greeting says. */
export interface Endpoint {
  readonly base: URL;
  readonly authoriser: Authoriser;
}

/** Prepares for a registry; nothing is sent. */
export function clientState(
  host: RegistryHost,
  access: RegistryAccess,
  signal: AbortSignal | undefined,
): ClientState {
  const environment = access.environment ?? {};
  const isInsecure = access.insecure === true;
  const findProxy = proxyFinder(environment);
  const [secure, plain] = ['https', 'http'].map((scheme) =>
    findProxy(new URL(`${scheme}://${host.address}`)),
  );
  const proxy = secure ?? (isInsecure ? plain : undefined);
  const searches = new Map<string, Promise<CredentialSearch>>();
  const search = (scope: string, isAnew: boolean): Promise<CredentialSearch> => {
    const repository = scope.split(':')[1] ?? '';
    const { homeDir } = access;
    const kept = isAnew ? undefined : searches.get(repository);
    const found = kept ?? findCredentials({ registry: host.name, repository, environment, homeDir, signal });
    searches.set(repository, found);
    return found;
  };
  return {
    host,
    isInsecure,
    proxy: proxy === undefined ? undefined : new URL(proxy),
    isPlainProxied: isInsecure && plain !== undefined,
    connections: openConnections({
      unverifiedHost: isInsecure ? host.address : undefined,
      findProxy,
      ownHost: host.address,
      trust: () =>
        findTrust({
          registry: host.name,
          environment,
          homeDir: access.homeDir,
          authorityFile: access.authorityFile,
          systemDir: access.systemDir ?? '/etc',
        }),
    }),
    credentials: (scope) => search(scope, false),
    async renewed(scope, old) {
      return await search(scope, (await search(scope, false)) === old);
    },
    pause: access.pause ?? pauseByClock,
    signal,
  };
}

/** Of whom a message about `wanted` speaks. */
export function placeOf(state: ClientState, wanted: string): TroublePlace {
  return { registry: state.host.name, wanted, isInsecure: state.isInsecure, proxy: state.proxy };
}
