import type { InstalledPackage, PackageSource } from '../installed-package.ts';
import { readBerkeleyHash } from './berkeley-hash.ts';
import { isContainerManifest, readContainerManifest } from './container-manifest.ts';
import { type DatabaseRecords, noteDamage } from './damage.ts';
import { readNdb } from './ndb.ts';
import { parseRpmHeader, type RpmHeader } from './rpm-header.ts';
import { readSqliteBlobs } from './sqlite-table.ts';

// Fedora 36+ and SUSE keep it in /usr, with a symlink from /var; rpm-ostree has its own place.
const folders = ['usr/lib/sysimage/rpm', 'var/lib/rpm', 'usr/share/rpm'];

interface Format {
  readonly file: string;
  read(content: Uint8Array, log: Uint8Array | undefined): DatabaseRecords;
}

// The newest first: an older one beside it is what a conversion left.
const formats: readonly Format[] = [
  { file: 'rpmdb.sqlite', read: (content, log) => readSqliteBlobs(content, 'Packages', log) },
  { file: 'Packages.db', read: readNdb },
  { file: 'Packages', read: readBerkeleyHash },
];
const logOf = (path: string): string => `${path}-wal`;

const databases = new Set(folders.flatMap((folder) => formats.map(({ file }) => `${folder}/${file}`)));
const logs = new Set([...databases].filter((path) => path.endsWith('.sqlite')).map(logOf));

/** True for the files of rpm's database that the inventory is read from. */
export function isRpmFile(path: string): boolean {
  return databases.has(path) || logs.has(path) || isContainerManifest(path);
}

/** The packages in rpm's database, with the files that each put into the file system; damage is noted, the rest is read. */
export function readRpm(source: PackageSource): InstalledPackage[] {
  for (const folder of folders) {
    for (const { file, read } of formats) {
      const path = `${folder}/${file}`;
      if (!source.has(path)) continue;
      const content = source.content(path);
      if (content === undefined) return [];
      const log = source.has(logOf(path)) ? source.content(logOf(path)) : undefined;
      return packagesOf(read(content, log), (reason) => source.note(path, reason));
    }
  }
  return readContainerManifest(source);
}

// Enough to tell what is wrong.
const mostNotes = 3;

function packagesOf(
  { records, damage }: DatabaseRecords,
  note: (reason: string) => void,
): InstalledPackage[] {
  const notes = [...damage];
  const packages: InstalledPackage[] = [];
  for (const [position, record] of records.entries()) {
    noteDamage(notes, `package header ${position + 1} of ${records.length}`, () => {
      const header = parseRpmHeader(record);
      // The keys of `rpm --import` are kept as packages without files.
      if (header.name !== 'gpg-pubkey') packages.push(installedPackage(header));
    });
  }
  const more = notes.length > mostNotes ? `; and ${notes.length - mostNotes} more` : '';
  if (notes.length > 0) note(`${notes.slice(0, mostNotes).join('; ')}${more}`);
  return packages;
}

function installedPackage(header: RpmHeader): InstalledPackage {
  const { name, version, release, epoch, architecture, sourceRpm, installed } = header;
  const sourceName = /^(.+)-[^-]+-[^-]+\.(?:no)?src\.rpm$/.exec(sourceRpm ?? '')?.[1];
  return {
    manager: 'rpm',
    name,
    // No epoch and epoch 0 are the same version (rpm-version(7)).
    version: `${epoch === 0 ? '' : `${epoch}:`}${version}-${release}`,
    ...(architecture === undefined ? {} : { architecture }),
    ...(sourceName === undefined || sourceName === name ? {} : { sourceName }),
    listed: installed,
  };
}
