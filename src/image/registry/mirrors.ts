import { lookup } from 'node:dns/promises';
import { readdir, readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { parse } from 'smol-toml';
import * as z from 'zod';
import { messageOf, UserError } from '../../base/index.ts';
import type { Reference } from '../reference.ts';
import { addressRange } from './address-range.ts';
import { errorCode } from './error-code.ts';
import type { RegistryAccess } from './registry-access.ts';

/** Where a repository may be read from. */
export interface PullPlace {
  readonly registry: string;
  readonly repository: string;
  /** True where a setting allows plain HTTP and any certificate there. */
  readonly isInsecure: boolean;
  readonly isMirror: boolean;
}

// # /etc/containers/registries.conf (containers-registries.conf(5))
// [[registry]]
// prefix = "docker.io/library"
// location = "registry-1.docker.io/library"
// [[registry.mirror]]
// location = "mirror.example.org:5000/hub"
// insecure = true

const placeSchema = z.object({ location: z.string().default(''), insecure: z.boolean().default(false) });
const mirrorSchema = placeSchema.extend({
  'pull-from-mirror': z.enum(['all', 'digest-only', 'tag-only']).default('all'),
});
const registriesSchema = z.object({
  registry: z
    .array(
      placeSchema.extend({
        prefix: z.string().default(''),
        blocked: z.boolean().default(false),
        'mirror-by-digest-only': z.boolean().default(false),
        mirror: z.array(mirrorSchema).default([]),
      }),
    )
    .default([]),
});
type RegistryEntry = z.output<typeof registriesSchema>['registry'][number];

// /etc/docker/daemon.json   {"registry-mirrors": ["https://mirror.example.org"], "insecure-registries": ["registry.local:5000"]}

const daemonSchema = z.object({
  'registry-mirrors': z.array(z.string()).default([]),
  'insecure-registries': z.array(z.string()).default([]),
});

/**
 * Where an image is to be looked for, mirrors first: those of `registries.conf` (Podman, Buildah, skopeo), for Docker Hub also those of Docker's
 * `daemon.json`, and the registry itself in the end. Throws a `UserError` when the registry is blocked there, or a setting is malformed.
 */
export async function pullPlaces(
  { registry, repository, digest }: Reference,
  access: RegistryAccess,
): Promise<readonly PullPlace[]> {
  const name = `${registry}/${repository}`;
  const entry = entryOf(await registryEntries(access), name);
  if (entry?.blocked) {
    throw new UserError(`${name} is blocked by registries.conf`, {
      hint: 'See containers-registries.conf(5): "blocked".',
    });
  }
  const daemon = await daemonSettings(access);
  const isByDigest = digest !== undefined;
  const own = (entry?.mirror ?? []).filter((mirror) =>
    entry?.['mirror-by-digest-only'] === true
      ? isByDigest
      : mirror['pull-from-mirror'] !== (isByDigest ? 'tag-only' : 'digest-only'),
  );
  const hub = registry === 'docker.io' ? daemon['registry-mirrors'] : [];
  const isAllowed = async (host: string): Promise<boolean> =>
    await isInsecureRegistry(host, daemon['insecure-registries']);
  const mirrors = own.map((mirror) => moved(name, entry, mirror));
  for (const address of hub) {
    const host = hostOf(address);
    const isInsecure = address.startsWith('http://') || (await isAllowed(host));
    mirrors.push({ registry: host, repository, isInsecure });
  }
  const home = entry === undefined ? { registry, repository, isInsecure: false } : moved(name, entry, entry);
  const isInsecure = home.isInsecure || (await isAllowed(registry));
  return [
    ...mirrors.map((mirror) => ({ ...mirror, isMirror: true })),
    { ...home, isInsecure, isMirror: false },
  ];
}

/** Where a repository is written to: never a mirror. Throws as `pullPlaces` does. */
export async function pushPlace(reference: Reference, access: RegistryAccess): Promise<PullPlace> {
  const place = (await pullPlaces(reference, access)).at(-1);
  if (place === undefined) throw new Error('the last place is the registry itself');
  return place;
}

/** The entry with the longest prefix of a name; `*.example.org` is that of all hosts below. */
function entryOf(entries: readonly RegistryEntry[], name: string): RegistryEntry | undefined {
  const fitting = entries.filter((entry) => {
    const prefix = prefixOf(entry);
    if (prefix.startsWith('*.')) return name.split('/')[0]?.split(':')[0]?.endsWith(prefix.slice(1)) === true;
    return prefix !== '' && (name === prefix || name.startsWith(`${prefix}/`));
  });
  return fitting.sort((a, b) => prefixOf(b).length - prefixOf(a).length)[0];
}

function prefixOf({ prefix, location }: RegistryEntry): string {
  return prefix || location;
}

/** The name with a location in place of its prefix. */
function moved(
  name: string,
  entry: RegistryEntry | undefined,
  to: z.output<typeof placeSchema>,
): { readonly registry: string; readonly repository: string; readonly isInsecure: boolean } {
  const prefix = entry === undefined ? '' : prefixOf(entry);
  const isWild = prefix.startsWith('*.');
  const rest = isWild ? name.slice(name.indexOf('/')) : name.slice(prefix.length);
  // Without a location of its own, an entry is about the registry as it is named.
  const whole = to.location === '' ? name : `${to.location}${rest}`;
  const slash = whole.indexOf('/');
  return { registry: whole.slice(0, slash), repository: whole.slice(slash + 1), isInsecure: to.insecure };
}

/**
 * True where Docker's `insecure-registries` names the registry, or a range (CIDR) that one of its addresses lies in (moby, `registry/config.go`,
 * `isSecureIndex`).
 */
async function isInsecureRegistry(registry: string, entries: readonly string[]): Promise<boolean> {
  if (entries.some((entry) => entry.replace(/^https?:\/\//i, '') === registry)) return true;
  const ranges = entries.flatMap((entry) => addressRange(entry) ?? []);
  if (ranges.length === 0) return false;
  const { hostname } = new URL(`https://${registry}`);
  const name = hostname.replace(/^\[|\]$/g, '');
  const addresses = isIP(name) ? [name] : await addressesOf(name);
  return addresses.some((address) => ranges.some((isIn) => isIn(address)));
}

/** A name that nobody knows has none; what comes of that, the first request tells. */
async function addressesOf(host: string): Promise<string[]> {
  const found = await lookup(host, { all: true }).catch(() => []);
  return found.map(({ address }) => address);
}

function hostOf(address: string): string {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url?.protocol === 'https:' || url?.protocol === 'http:') return url.host;
  throw new UserError(`registry-mirrors in Docker's daemon.json holds "${address}", which is no address`, {
    hint: 'A mirror is written https://HOST[:PORT].',
  });
}

/** The file of the user goes before that of the system; what stands in `registries.conf.d` is added. */
async function registryEntries(access: RegistryAccess): Promise<readonly RegistryEntry[]> {
  const { environment = {}, systemDir = '/etc' } = access;
  const folders = [configDirOf(access), systemDir].flatMap((dir) => (dir ? [join(dir, 'containers')] : []));
  const named = environment['CONTAINERS_REGISTRIES_CONF'];
  const files = named ? [named] : folders.map((folder) => join(folder, 'registries.conf'));
  const entries: RegistryEntry[] = [];
  for (const file of files) {
    const text = await textOf(file);
    if (text === undefined) continue;
    entries.push(...entriesIn(text, file));
    break;
  }
  for (const folder of folders) {
    const dropIns = join(folder, 'registries.conf.d');
    for (const name of (await readdir(dropIns).catch(() => [])).sort()) {
      if (!name.endsWith('.conf')) continue;
      const file = join(dropIns, name);
      entries.unshift(...entriesIn((await textOf(file)) ?? '', file));
    }
  }
  return entries;
}

function entriesIn(text: string, file: string): readonly RegistryEntry[] {
  return settingsIn(registriesSchema, () => parse(text), file).registry;
}

async function daemonSettings(access: RegistryAccess): Promise<z.output<typeof daemonSchema>> {
  const { systemDir = '/etc' } = access;
  for (const dir of [configDirOf(access), systemDir]) {
    const file = dir && join(dir, 'docker', 'daemon.json');
    const text = file && (await textOf(file));
    if (file && text) return settingsIn(daemonSchema, () => JSON.parse(text), file);
  }
  return daemonSchema.parse({});
}

function settingsIn<T extends z.ZodType>(schema: T, read: () => unknown, file: string): z.output<T> {
  try {
    return schema.parse(read());
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error) : messageOf(error).split('\n')[0];
    throw new UserError(`${file} cannot be read: ${why}`, { hint: 'It says where registries are mirrored.' });
  }
}

function configDirOf({ environment = {}, homeDir }: RegistryAccess): string | undefined {
  return environment['XDG_CONFIG_HOME'] || (homeDir && join(homeDir, '.config'));
}

async function textOf(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EACCES'].includes(errorCode(error))) return undefined;
    throw new UserError(`${file} cannot be read: ${messageOf(error)}`);
  }
}

/** Something of an image that is opened at a place that may have it. */
export interface Opening {
  readonly reference: Reference;
  readonly access: RegistryAccess;
  /** The repository that a mirror is of: what is pushed to the same registry can be mounted out of it. */
  readonly home: { readonly registry: string; readonly name: string };
}

/**
 * Opens something of an image at the first place that has it. Throws what the registry itself says when none has, with what the mirrors said.
 */
export async function atFirstPlace<Result>(
  reference: Reference,
  access: RegistryAccess,
  open: (opening: Opening) => Promise<Result>,
): Promise<Result> {
  const said: string[] = [];
  const places = await pullPlaces(reference, access);
  const last = places.at(-1) ?? reference;
  const home = { registry: last.registry, name: last.repository };
  for (const { registry, repository, isInsecure, isMirror } of places) {
    try {
      const insecure = access.insecure === true || isInsecure;
      return await open({
        reference: { ...reference, registry, repository },
        access: { ...access, insecure },
        home,
      });
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      if (isMirror) said.push(error.message);
      else if (said.length === 0) throw error;
      else throw withMirrors(error, said);
    }
  }
  throw new Error('the last place is the registry itself');
}

function withMirrors(error: UserError, said: readonly string[]): UserError {
  const hint = [error.hint ?? '', `Mirrors were asked before: ${said.join('; ')}.`].join(' ').trim();
  return new UserError(error.message, { hint, cause: error });
}
