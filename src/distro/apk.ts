import type { InstalledPackage, PackageSource } from './installed-package.ts';

// apk-tools 2 keeps its database in /lib; apk-tools 3 on a merged /usr in /usr/lib.
const databases = ['lib/apk/db/installed', 'usr/lib/apk/db/installed'];

/** True for apk's database of installed packages. */
export function isApkFile(path: string): boolean {
  return databases.includes(path);
}

/** The packages in apk's database, with the files that it lists for each. */
export function readApk(source: PackageSource): InstalledPackage[] {
  for (const path of databases) {
    const found = parseApkInstalled(source.text(path) ?? '');
    if (found.length > 0) return found;
  }
  return [];
}

/**
 * Parses apk's `installed` database (apk-tools, apk-package(5)): one letter a field, `F:` opens a folder, `R:` is a file in it.
 *
 *     P:musl
 *     V:1.2.4-r2
 *     A:x86_64
 *     o:musl
 *     F:lib
 *     R:ld-musl-x86_64.so.1
 *     a:0:0:755
 */
function parseApkInstalled(text: string): InstalledPackage[] {
  return text
    .split(/\n{2,}/)
    .map(parseApkPackage)
    .filter((one) => one !== undefined);
}

function parseApkPackage(paragraph: string): InstalledPackage | undefined {
  const fields = new Map<string, string>();
  const listed: string[] = [];
  let folder = '';
  for (const line of paragraph.split('\n')) {
    const [letter, value] = [line.slice(0, 2), line.slice(2)];
    if (letter === 'F:') folder = value;
    else if (letter === 'R:') listed.push(folder === '' ? value : `${folder}/${value}`);
    else if (!fields.has(letter)) fields.set(letter, value);
  }
  const [name, version] = [fields.get('P:'), fields.get('V:')];
  if (name === undefined || version === undefined) return undefined;
  const [architecture, source] = [fields.get('A:'), fields.get('o:')];
  return {
    manager: 'apk',
    name,
    version,
    ...(architecture === undefined ? {} : { architecture }),
    ...(source === undefined || source === name ? {} : { sourceName: source }),
    listed,
  };
}
