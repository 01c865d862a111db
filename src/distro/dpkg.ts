import type { RootFileSystem } from '../filetree/index.ts';
import { parseControlFile } from './control-file.ts';
import type { InstalledPackage } from './installed-package.ts';

const adminDir = 'var/lib/dpkg';

/** True for the files of dpkg's database that the inventory is read from (dpkg-query(1), and `status.d` of distroless images). */
export function isDpkgFile(path: string): boolean {
  if (!path.startsWith(`${adminDir}/`)) return false;
  const inside = path.slice(adminDir.length + 1);
  return inside === 'status' || /^info\/[^/]+\.list$/.test(inside) || /^status\.d\/[^/]+$/.test(inside);
}

/** The packages that dpkg's database calls installed, with the files that it lists for each. */
export function readDpkg(root: RootFileSystem): InstalledPackage[] {
  const decode = textReader(root);
  const status = decode(`${adminDir}/status`);
  const classic =
    status === undefined ? [] : parseControlFile(status).flatMap((one) => classicPackage(one, decode));
  // Without a status file the folder may be there although no layer has an entry for it.
  const hasStatusDir = classic.length === 0 || root.get(`${adminDir}/status.d`) !== undefined;
  return hasStatusDir ? [...classic, ...distrolessPackages(root, decode)] : classic;
}

type ReadText = (path: string) => string | undefined;

function textReader(root: RootFileSystem): ReadText {
  const decoder = new TextDecoder();
  return (path) => {
    const content = root.content(path);
    return content === undefined ? undefined : decoder.decode(content);
  };
}

function classicPackage(fields: ReadonlyMap<string, string>, decode: ReadText): InstalledPackage[] {
  const name = fields.get('package');
  const version = fields.get('version');
  if (name === undefined || version === undefined || !hasFiles(fields.get('status'))) return [];
  const architecture = fields.get('architecture');
  const list =
    decode(`${adminDir}/info/${name}:${architecture}.list`) ?? decode(`${adminDir}/info/${name}.list`) ?? '';
  return [{ ...facts(fields, name, version), listed: listedPaths(list) }];
}

// `Status: want flag state`: a removed package whose configuration stays is `deinstall ok config-files`.
function hasFiles(status: string | undefined): boolean {
  const state = status?.split(/\s+/)[2];
  return state !== undefined && state !== 'not-installed' && state !== 'config-files';
}

// distroless: one control paragraph per package without a status; `NAME.md5sums` beside it lists `HASH  usr/lib/x`.
function distrolessPackages(root: RootFileSystem, decode: ReadText): InstalledPackage[] {
  const found: InstalledPackage[] = [];
  for (const path of pathsBelow(root, `${adminDir}/status.d/`)) {
    if (path.endsWith('.md5sums')) continue;
    for (const fields of parseControlFile(decode(path) ?? '')) {
      const name = fields.get('package');
      const version = fields.get('version');
      if (name === undefined || version === undefined) continue;
      const sums = decode(`${path}.md5sums`) ?? '';
      const listed = sums.split('\n').flatMap((line) => /^\S+\s+\*?(.+)$/.exec(line)?.[1] ?? []);
      found.push({ ...facts(fields, name, version), listed: listed.map(relative) });
    }
  }
  return found;
}

function pathsBelow(root: RootFileSystem, prefix: string): string[] {
  const found: string[] = [];
  for (const { entry } of root.entries()) {
    if (entry.path.startsWith(prefix) && entry.type === 'file') found.push(entry.path);
  }
  return found.sort();
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
