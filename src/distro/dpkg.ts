import { parseControlFile } from './control-file.ts';
import type { InstalledPackage, PackageSource } from './installed-package.ts';

const adminDir = 'var/lib/dpkg';

/**
 * True for the files of dpkg's database that the inventory is read from (dpkg-query(1), and `status.d` of distroless images), and
 * those that name packages besides: what apt installed by itself, alternatives, triggers.
 */
export function isDpkgFile(path: string): boolean {
  if (path === 'var/lib/apt/extended_states') return true;
  if (!path.startsWith(`${adminDir}/`)) return false;
  const inside = path.slice(adminDir.length + 1);
  return (
    inside === 'status' ||
    inside === 'diversions' ||
    /^(?:info\/[^/]+\.list|(?:status\.d|alternatives|triggers)\/[^/]+)$/.test(inside)
  );
}

/** The packages that dpkg's database calls installed, with the files that it lists for each. */
export function readDpkg(source: PackageSource): InstalledPackage[] {
  const status = source.text(`${adminDir}/status`);
  const divert = diverter(source.text(`${adminDir}/diversions`) ?? '');
  const classic = parseControlFile(status ?? '').flatMap((one) => classicPackage(one, source, divert));
  return [...classic, ...distrolessPackages(source)];
}

function classicPackage(
  fields: ReadonlyMap<string, string>,
  source: PackageSource,
  divert: Divert,
): InstalledPackage[] {
  const name = fields.get('package');
  const version = fields.get('version');
  if (name === undefined || version === undefined || !hasFiles(fields.get('status'))) return [];
  // Only packages that can be installed for several architectures at once have theirs in the list's name.
  const names = [`${name}:${fields.get('architecture')}`, name];
  const list = names.map((one) => `${adminDir}/info/${one}.list`).find(source.has);
  const listed = listedPaths(list === undefined ? '' : (source.text(list) ?? ''));
  return [{ ...facts(fields, name, version), listed: listed.map((path) => divert(path, name)) }];
}

type Divert = (path: string, packageName: string) => string;

/**
 * Tells where dpkg put a file that another package has diverted (dpkg-divert(1)). `diversions` has three lines each: the
 * path, where it goes, and the package whose own file stays, `:` for none:
 *
 *     /usr/bin/sh
 *     /usr/bin/sh.distrib
 *     dash
 */
function diverter(text: string): Divert {
  const diverted = new Map<string, { readonly to: string; readonly by: string }>();
  const lines = text.split('\n');
  for (let line = 0; line + 2 < lines.length; line += 3) {
    const [from, to, by] = lines.slice(line, line + 3);
    diverted.set(relative(from ?? ''), { to: relative(to ?? ''), by: by ?? '' });
  }
  return (path, packageName) => {
    const diversion = diverted.get(path);
    return diversion === undefined || diversion.by === packageName ? path : diversion.to;
  };
}

// `Status: want flag state`: a removed package whose configuration stays is `deinstall ok config-files`.
function hasFiles(status: string | undefined): boolean {
  const state = status?.split(/\s+/)[2];
  return state !== undefined && state !== 'not-installed' && state !== 'config-files';
}

// distroless: one control paragraph per package without a status; `NAME.md5sums` beside it lists `HASH  usr/lib/x`.
function distrolessPackages(source: PackageSource): InstalledPackage[] {
  const found: InstalledPackage[] = [];
  for (const path of source.paths((one) => one.startsWith(`${adminDir}/status.d/`))) {
    if (path.endsWith('.md5sums')) continue;
    for (const fields of parseControlFile(source.text(path) ?? '')) {
      const name = fields.get('package');
      const version = fields.get('version');
      if (name === undefined || version === undefined) continue;
      const sums = source.has(`${path}.md5sums`) ? source.text(`${path}.md5sums`) : undefined;
      const listed = (sums ?? '').split('\n').flatMap((line) => /^\S+\s+\*?(.+)$/.exec(line)?.[1] ?? []);
      found.push({ ...facts(fields, name, version), listed: listed.map(relative) });
    }
  }
  return found;
}

function facts(
  fields: ReadonlyMap<string, string>,
  name: string,
  version: string,
): Omit<InstalledPackage, 'listed'> {
  const architecture = fields.get('architecture');
  // `Source: gcc-12 (12.2.0-14)` names another version than the package's where they differ.
  const source = fields.get('source')?.split(' ')[0];
  return {
    manager: 'dpkg',
    name,
    version,
    ...(architecture === undefined ? {} : { architecture }),
    ...(source === undefined ? {} : { sourceName: source }),
  };
}

// A list holds directories too, the root as `/.` first.
function listedPaths(list: string): string[] {
  return list
    .split('\n')
    .map((line) => relative(line.trimEnd()))
    .filter((path) => path !== '' && path !== '.');
}

function relative(path: string): string {
  return path.replace(/^\.?\/+/, '');
}
