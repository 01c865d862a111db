import type { RootFileSystem } from '../filetree/index.ts';
import { parseControlFile } from './control-file.ts';
import { compareDebianVersions } from './debian-version.ts';

/** An installed Debian package as others depend on it. */
export interface DpkgNode {
  readonly name: string;
  readonly architecture: string;
  readonly version: string;
  /** What its files in `var/lib/dpkg/info` begin with: `libc6:amd64`, `gcc`. */
  readonly listName: string;
  /** `Essential: yes` or `Protected: yes`: dpkg does not remove it. */
  readonly isEssential: boolean;
  /** `Priority: required`: nothing removes it by itself. */
  readonly isRequired: boolean;
  /** apt brought it along for another one (`extended_states`). */
  readonly isAutomatic: boolean;
  /** What it needs (`Depends`, `Pre-Depends`): one list for each clause, of the installed packages that satisfy it, in the order of the alternatives. */
  readonly depends: readonly (readonly DpkgNode[])[];
  /** The same of `Recommends`. */
  readonly recommends: readonly (readonly DpkgNode[])[];
}

const adminDir = 'var/lib/dpkg';

/** dpkg's database as a graph (deb-control(5)); empty where there is none. Packages whose files are not all in place are left out. */
export function readDpkgGraph(root: RootFileSystem): readonly DpkgNode[] {
  const automatic = automaticPackages(textOf(root, 'var/lib/apt/extended_states'));
  const found = parseControlFile(textOf(root, `${adminDir}/status`)).flatMap((fields) => {
    const node = nodeOf(fields, root, automatic);
    return node === undefined ? [] : [{ fields, node }];
  });
  const providers = providersOf(found);
  for (const { fields, node } of found) {
    for (const field of ['pre-depends', 'depends'])
      node.depends.push(...clausesOf(fields.get(field), node, providers));
    node.recommends.push(...clausesOf(fields.get('recommends'), node, providers));
  }
  return found.map(({ node }) => node);
}

type Fields = ReadonlyMap<string, string>;

/** A node while its edges are being drawn. */
interface GrowingNode extends DpkgNode {
  readonly depends: (readonly DpkgNode[])[];
  readonly recommends: (readonly DpkgNode[])[];
}

function textOf(root: RootFileSystem, path: string): string {
  const content = root.content(path);
  return content === undefined ? '' : Buffer.from(content).toString('utf8');
}

function nodeOf(
  fields: Fields,
  root: RootFileSystem,
  automatic: ReadonlySet<string>,
): GrowingNode | undefined {
  const [name, version] = [fields.get('package'), fields.get('version')];
  const architecture = fields.get('architecture') ?? '';
  if (name === undefined || version === undefined) return undefined;
  if (!/\s(?:installed|triggers-(?:awaited|pending))$/.test(fields.get('status') ?? '')) return undefined;
  const withArchitecture = `${name}:${architecture}`;
  const isApart = root.get(`${adminDir}/info/${withArchitecture}.list`) !== undefined;
  return {
    name,
    version,
    architecture,
    listName: isApart ? withArchitecture : name,
    isEssential: fields.get('essential') === 'yes' || fields.get('protected') === 'yes',
    isRequired: fields.get('priority') === 'required',
    isAutomatic: automatic.has(withArchitecture) || (architecture === 'all' && automatic.has(name)),
    depends: [],
    recommends: [],
  };
}

/** `libc6:amd64`, and `adduser` for a package of all architectures, which apt files under the machine's own. */
function automaticPackages(text: string): ReadonlySet<string> {
  const found = new Set<string>();
  for (const fields of parseControlFile(text)) {
    if (fields.get('auto-installed') !== '1') continue;
    const name = fields.get('package') ?? '';
    found.add(`${name}:${fields.get('architecture')}`).add(name);
  }
  return found;
}

interface Provider {
  readonly node: DpkgNode;
  /** Of the name that is provided; absent where a virtual package has none. */
  readonly version: string | undefined;
}

/** The packages of each name, real ones before those that provide it. */
function providersOf(
  found: readonly { readonly fields: Fields; readonly node: DpkgNode }[],
): ReadonlyMap<string, readonly Provider[]> {
  const providers = new Map<string, Provider[]>();
  const add = (name: string, provider: Provider): void =>
    void providers.set(name, [...(providers.get(name) ?? []), provider]);
  for (const { node } of found) add(node.name, { node, version: node.version });
  for (const { node, fields } of found) {
    for (const { name, version } of (fields.get('provides') ?? '').split(',').flatMap(relationOf))
      add(name, { node, version });
  }
  return providers;
}

interface Relation {
  readonly name: string;
  readonly architecture: string | undefined;
  readonly operator: string | undefined;
  readonly version: string | undefined;
}

// libc6 (>= 2.36)      python3:any      c-compiler (= 1)
const relation = /^([\w.+-]+)(?::([\w-]+))?\s*(?:\(\s*(<<|<=|=|>=|>>|<|>)\s*([^\s)]+)\s*\))?/;

function relationOf(text: string): Relation[] {
  const match = relation.exec(text.trim());
  return match?.[1] === undefined
    ? []
    : [{ name: match[1], architecture: match[2], operator: match[3], version: match[4] }];
}

function clausesOf(
  field: string | undefined,
  { architecture: own }: DpkgNode,
  providers: ReadonlyMap<string, readonly Provider[]>,
): DpkgNode[][] {
  return (field ?? '').split(',').flatMap((clause) => {
    const found = clause
      .split('|')
      .flatMap(relationOf)
      .flatMap((one) =>
        (providers.get(one.name) ?? [])
          .filter((provider) => satisfies(provider, one))
          .map(({ node }) => node)
          .sort((a, b) => Number(b.architecture === own) - Number(a.architecture === own)),
      );
    return found.length === 0 ? [] : [[...new Set(found)]];
  });
}

function satisfies(
  { node, version }: Provider,
  { architecture, operator, version: wanted }: Relation,
): boolean {
  if (architecture !== undefined && architecture !== 'any' && architecture !== node.architecture)
    return false;
  if (operator === undefined || wanted === undefined) return true;
  if (version === undefined) return false;
  const order = compareDebianVersions(version, wanted);
  switch (operator) {
    case '<<':
      return order < 0;
    case '=':
      return order === 0;
    case '>>':
      return order > 0;
    case '>=':
    case '>':
      return order >= 0;
    default:
      return order <= 0;
  }
}
