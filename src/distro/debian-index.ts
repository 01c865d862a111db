/** What a package index tells of one Debian package, as far as sizes depend on it. */
export interface DebianPackage {
  readonly name: string;
  /** `Installed-Size` in bytes: whole KiB for each file, and documentation included. */
  readonly installedBytes: number;
  /** `Pre-Depends` and `Depends` as written: taken apart only for the few that are installed. */
  readonly depends: string;
  readonly recommends: string;
  /** Names that it stands for. */
  readonly provides: readonly string[];
  /** `Essential: yes`, or of priority `required`: part of the smallest system. */
  readonly isMinimal: boolean;
}

/** The packages of a Debian release. */
export interface DebianIndex {
  /** The newest of each name; of several versions the last one in the index. */
  readonly byName: ReadonlyMap<string, DebianPackage>;
}

/** What an installation brings. */
export interface DebianClosure {
  /** Those asked for among them, in the order in which they were found. */
  readonly packages: readonly DebianPackage[];
  /** Asked for, and in no index. */
  readonly unknown: readonly string[];
}

/** What is there before an installation, and how it is done. */
export interface ClosureOptions {
  readonly installed: ReadonlySet<string>;
  /** As apt does by default. */
  readonly withRecommends: boolean;
}

/**
 * Reads a `Packages` index (deb-control(5), and the Debian repository format):
 *
 *     Package: libgomp1
 *     Installed-Size: 312
 *     Depends: gcc-12-base (= 12.2.0-14), libc6 (>= 2.34)
 *     Priority: optional
 *
 * Continued lines, of descriptions and checksums, are passed over: none of the fields above is continued in an index.
 */
export function parseDebianIndex(text: string): DebianPackage[] {
  const packages: DebianPackage[] = [];
  let fields = new Map<string, string>();
  const close = (): void => {
    const found = readPackage(fields);
    if (found !== undefined) packages.push(found);
    fields = new Map();
  };
  for (let at = 0; at < text.length; ) {
    const newline = text.indexOf('\n', at);
    const end = newline === -1 ? text.length : newline;
    if (end === at) close();
    else {
      const colon = text.indexOf(':', at);
      const field = colon === -1 || colon > end ? '' : text.slice(at, colon);
      if (wantedFields.has(field)) fields.set(field, text.slice(colon + 1, end).trim());
    }
    at = end + 1;
  }
  close();
  return packages;
}

const wantedFields = new Set([
  ...[
    'Package',
    'Installed-Size',
    'Depends',
    'Pre-Depends',
    'Recommends',
    'Provides',
    'Priority',
    'Essential',
  ],
]);

function readPackage(fields: ReadonlyMap<string, string>): DebianPackage | undefined {
  const name = fields.get('Package');
  if (name === undefined) return undefined;
  return {
    name,
    installedBytes: Number(fields.get('Installed-Size') ?? 0) * 1024,
    depends: [fields.get('Pre-Depends'), fields.get('Depends')].filter(Boolean).join(', '),
    recommends: fields.get('Recommends') ?? '',
    provides: alternatives(fields.get('Provides') ?? '').flat(),
    isMinimal: fields.get('Essential') === 'yes' || fields.get('Priority') === 'required',
  };
}

// libc6 (>= 2.34), default-mta | mail-transport-agent, python3:any (>= 3.11)
function alternatives(field: string): string[][] {
  if (field === '') return [];
  return field.split(',').flatMap((group) => {
    const names = group.split('|').flatMap((one) => /^\s*([a-z0-9][a-z0-9+.-]+)/.exec(one)?.[1] ?? []);
    return names.length === 0 ? [] : [names];
  });
}

/** Writes packages so that `parseDebianIndex` reads the same again. */
export function printDebianIndex(packages: readonly DebianPackage[]): string {
  return packages
    .map((one) =>
      [
        `Package: ${one.name}`,
        `Installed-Size: ${one.installedBytes / 1024}`,
        ...(one.depends === '' ? [] : [`Depends: ${one.depends}`]),
        ...(one.recommends === '' ? [] : [`Recommends: ${one.recommends}`]),
        ...(one.provides.length === 0 ? [] : [`Provides: ${one.provides.join(', ')}`]),
        ...(one.isMinimal ? ['Priority: required'] : []),
        '',
        '',
      ].join('\n'),
    )
    .join('');
}

/** Puts an index together. */
export function debianIndex(packages: Iterable<DebianPackage>): DebianIndex {
  return { byName: new Map([...packages].map((one) => [one.name, one])) };
}

/** The packages of the smallest system that apt works in, by name (`debootstrap --variant=minbase`). */
export function minimalPackages(index: DebianIndex): ReadonlySet<string> {
  const names = [...index.byName.values()].filter(({ isMinimal }) => isMinimal).map(({ name }) => name);
  const closure = closeOver(index, [...names, 'apt'], { installed: new Set(), withRecommends: false });
  return new Set(closure.packages.map(({ name }) => name));
}

/**
 * The packages that `apt-get install` would unpack. As apt does, of several alternatives it takes one that is there or on its
 * way, else the first that the index has; a name that no package has is answered by one that provides it.
 */
export function closeOver(
  index: DebianIndex,
  names: readonly string[],
  { installed, withRecommends }: ClosureOptions,
): DebianClosure {
  const providers = providersOf(index);
  const chosen = new Map<string, DebianPackage>();
  const provided = new Set([...installed].flatMap((name) => index.byName.get(name)?.provides ?? []));
  const isThere = (name: string): boolean => installed.has(name) || chosen.has(name) || provided.has(name);
  const unknown: string[] = [];
  const queue: DebianPackage[] = [];
  const take = (group: readonly string[]): boolean => {
    if (group.some(isThere)) return true;
    const found = group.map((name) => index.byName.get(name) ?? providers.get(name)).find(Boolean);
    if (found === undefined) return false;
    chosen.set(found.name, found);
    for (const name of found.provides) provided.add(name);
    queue.push(found);
    return true;
  };
  for (const name of names) if (!take([name])) unknown.push(name);
  for (const one of queue) {
    for (const group of alternatives(one.depends)) take(group);
    if (withRecommends) for (const group of alternatives(one.recommends)) take(group);
  }
  return { packages: [...chosen.values()], unknown };
}

/** The first package that stands for a name which no package has. */
function providersOf(index: DebianIndex): ReadonlyMap<string, DebianPackage> {
  const providers = new Map<string, DebianPackage>();
  for (const one of index.byName.values())
    for (const name of one.provides) if (!providers.has(name)) providers.set(name, one);
  return providers;
}
