import { layerGroupOf } from '../layer-group.ts';
import type { ShrinkEdit, ShrinkPass, ShrinkSubject } from '../pass.ts';

// What programs write into where it lies. Metadata are pip's, which writes them anew.
const written =
  /\.(?:db3?|sqlite3?|lmdb|mdb|ldb|sst|h5|hdf5?|log|lock|pid|cfg|conf|ini|toml)$|\.(?:dist|egg)-info\/|(?:^|\/)__pycache__\//i;

/**
 * Files of distributions with equal content, owner, mode and attributes: all but the first one become hard links to it, in the same new layer.
 * Sources must have the same time, too, which their compiled modules know. Libraries and programs stay: a loader takes two names of one file for
 * one library, and its state would be shared.
 */
export const duplicatesPass: ShrinkPass = {
  name: 'duplicates',
  title: 'copies of a file: hard links',
  risk: 'verify',
  find(subject) {
    const edits: ShrinkEdit[] = [];
    const firsts = new Map<string, string>();
    const linked = linkedFiles(subject);
    const groupOf = layerGroupOf(subject);
    for (const path of [...subject.study.digests.keys()].sort()) {
      const properties = linked.has(path) ? undefined : propertiesOf(path, subject);
      if (properties === undefined) continue;
      const key = `${properties} ${groupOf(path)}`;
      const first = firsts.get(key);
      if (first === undefined) firsts.set(key, path);
      else edits.push({ kind: 'link', path, target: first, reason: `the same as ${first}` });
    }
    return { edits, leftAlone: [] };
  },
};

/** What two copies must have in common, as text; undefined for a file that is to stay by itself. */
function propertiesOf(
  path: string,
  { root, study, distributionOf, packageOf }: ShrinkSubject,
): string | undefined {
  const entry = root.get(path)?.entry;
  const digest = study.digests.get(path);
  const isOfDistribution = distributionOf(path) !== undefined && packageOf(path) === undefined;
  if (entry?.type !== 'file' || digest === undefined || !isOfDistribution) return undefined;
  if (written.test(path) || study.elf.has(path) || entry.format === 'sqlite' || entry.format === 'hdf5')
    return undefined;
  const { mode, uid, gid, mtimeSeconds, attributes = {} } = entry;
  const time = path.endsWith('.py') ? mtimeSeconds : '';
  return JSON.stringify([digest, mode, uid, gid, time, Object.entries(attributes).sort()]);
}

/** Files with several names already. */
function linkedFiles({ root }: ShrinkSubject): ReadonlySet<string> {
  const found = new Set<string>();
  for (const { entry } of root.entries()) if (entry.type === 'hardlink') found.add(entry.linkTarget ?? '');
  return found;
}
