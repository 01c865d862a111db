import { loadedOtherwiseTable } from './knowledge/loaded-otherwise.ts';
import { type SamePurposeGroup, samePurposeTable } from './knowledge/same-purpose.ts';

/** The groups of which an environment holds more than one member, with these members. */
export function samePurpose(
  distributions: ReadonlySet<string>,
): readonly { readonly group: SamePurposeGroup; readonly members: readonly string[] }[] {
  return samePurposeTable.groups.flatMap((group) => {
    const members = group.members.filter((member) => distributions.has(member));
    return members.length > 1 ? [{ group, members }] : [];
  });
}

/** Who may load a distribution although nothing of the application imports it, and how; undefined where nothing is known. */
export function loadedOtherwise(
  distribution: string,
  installed: ReadonlySet<string>,
): { readonly by: string | undefined; readonly how: string; readonly source: string } | undefined {
  for (const { names, by, how, source } of loadedOtherwiseTable.entries) {
    if (!names.includes(distribution)) continue;
    const host = by.find((one) => installed.has(one));
    if (by.length === 0 || host !== undefined) return { by: host, how, source };
  }
  return undefined;
}

/** pip, setuptools and their like: they install, and nobody asks for them. */
export function isInstaller(distribution: string): boolean {
  return loadedOtherwiseTable.entries.some(
    (entry) => entry.isInstaller && entry.names.includes(distribution),
  );
}
