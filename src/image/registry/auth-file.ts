import { join } from 'node:path';
import * as z from 'zod';

/** What proves to a registry who asks. */
export interface Credentials {
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** A refresh token, to be exchanged for access tokens. */
  readonly identityToken?: string | undefined;
  /** An access token, sent as it is. */
  readonly registryToken?: string | undefined;
  /** Where they were found, for messages. */
  readonly origin: string;
}

/** The surroundings in which credentials are looked for. */
export interface AuthSurroundings {
  readonly environment: Readonly<Record<string, string>>;
  readonly homeDir: string | undefined;
}

/** The file whose absence is worth a word, since somebody named it. */
export interface AuthFilePlace {
  readonly path: string;
  readonly isNamed: boolean;
}

/**
 * The files that may hold credentials, in the order of containers-auth.json(5), Docker's last: `REGISTRY_AUTH_FILE` in
 * place of `$XDG_RUNTIME_DIR/containers/auth.json`, then `~/.config/containers/auth.json`, then `~/.docker/config.json`.
 */
export function authFilePlaces({ environment, homeDir }: AuthSurroundings): readonly AuthFilePlace[] {
  const named = environment['REGISTRY_AUTH_FILE'];
  const runtimeDir = environment['XDG_RUNTIME_DIR'];
  const configDir = environment['XDG_CONFIG_HOME'] || (homeDir && join(homeDir, '.config'));
  const dockerDir = environment['DOCKER_CONFIG'] || (homeDir && join(homeDir, '.docker'));
  return [
    ...(named ? [{ path: named, isNamed: true }] : []),
    ...(runtimeDir && !named ? [{ path: join(runtimeDir, 'containers', 'auth.json'), isNamed: false }] : []),
    ...(configDir ? [{ path: join(configDir, 'containers', 'auth.json'), isNamed: false }] : []),
    ...(dockerDir ? [{ path: join(dockerDir, 'config.json'), isNamed: false }] : []),
  ];
}

// {"auths": {"https://index.docker.io/v1/": {"auth": "dXNlcjpwYXNz"}, "quay.io/team": {"auth": "…"}, "x.azurecr.io": {"identitytoken": "…"}},
//  "credHelpers": {"123.dkr.ecr.eu-west-1.amazonaws.com": "ecr-login"}, "credsStore": "desktop"}

const text = z.string().nullish();
const entrySchema = z.object({
  auth: text,
  username: text,
  password: text,
  identitytoken: text,
  registrytoken: text,
});
const authFileSchema = z.object({
  auths: z.record(z.string(), entrySchema.nullish()).nullish(),
  credHelpers: z.record(z.string(), z.string()).nullish(),
  credsStore: text,
});

interface AuthEntry {
  /** `user:password` in base64. */
  readonly auth?: string | null | undefined;
  readonly username?: string | null | undefined;
  readonly password?: string | null | undefined;
  readonly identitytoken?: string | null | undefined;
  readonly registrytoken?: string | null | undefined;
}

/** A file of credentials, Docker's or that of the containers tools. */
export interface AuthFile {
  readonly auths?: Readonly<Record<string, AuthEntry | null | undefined>> | null | undefined;
  /** The helper's name by registry. */
  readonly credHelpers?: Readonly<Record<string, string>> | null | undefined;
  readonly credsStore?: string | null | undefined;
}

/** Reads a file of credentials; a text in place of it says what is wrong, without quoting any of it. */
export function parseAuthFile(json: string): AuthFile | string {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return 'it is no JSON';
  }
  const parsed = authFileSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  return `it is malformed at ${issue?.path.map(String).join('.') || 'its top'}: ${issue?.message ?? 'unknown problem'}`;
}

/** The names that credentials of a repository may be kept under, the closest first: `quay.io/team/app`, `quay.io/team`, `quay.io`. */
export function authKeys(registry: string, repository: string): readonly string[] {
  const parts = [registry, ...repository.split('/')];
  return parts.map((_, index) => parts.slice(0, parts.length - index).join('/'));
}

/** What an entry of `auths` holds for a repository. */
export function authEntry(file: AuthFile, keys: readonly string[], origin: string): Credentials | undefined {
  const entries = Object.entries(file.auths ?? {});
  for (const key of keys) {
    for (const [name, entry] of entries) {
      if (entry === null || entry === undefined || normalisedKey(name) !== key) continue;
      const found = { ...loginOf(entry), origin };
      if (found.username || found.identityToken || found.registryToken) return found;
    }
  }
  return undefined;
}

/** The credential helper that a file names for a registry: its own, else the one for all. */
export function helperOf(file: AuthFile, keys: readonly string[]): string | undefined {
  const helpers = Object.entries(file.credHelpers ?? {});
  for (const key of keys) {
    const found = helpers.find(([name, helper]) => helper !== '' && normalisedKey(name) === key);
    if (found !== undefined) return found[1];
  }
  return file.credsStore || undefined;
}

/** Docker Hub has several names; a key with a scheme is an address of old, whose path says nothing. */
function normalisedKey(name: string): string {
  const isAddress = /^https?:\/\//i.test(name);
  const bare = name.replace(/^https?:\/\//i, '');
  const path = isAddress ? bare.replace(/\/.*$/s, '') : bare.replace(/(?:\/v[12])?\/?$/, '');
  return path.replace(/^(?:index\.docker\.io|registry-1\.docker\.io)(?=\/|$)/, 'docker.io');
}

function loginOf(entry: AuthEntry): Omit<Credentials, 'origin'> {
  // Docker pads passwords with NUL bytes.
  const decoded = Buffer.from(entry.auth ?? '', 'base64')
    .toString()
    .replaceAll('\0', '');
  const colon = decoded.indexOf(':');
  return {
    username: colon > 0 ? decoded.slice(0, colon) : entry.username || undefined,
    password: colon > 0 ? decoded.slice(colon + 1) : (entry.password ?? undefined),
    identityToken: entry.identitytoken || undefined,
    registryToken: entry.registrytoken || undefined,
  };
}
