import type { VisibleEntry } from '../../filetree/index.ts';
import type { LeftAlone, ShrinkEdit, ShrinkPass, ShrinkSubject } from '../pass.ts';

// Debuggers and valgrind need the symbols of these.
const loader = /(?:^|\/)(?:ld-(?:linux|musl)[^/]*|ld-[\d.]+|libpthread[-.][^/]*)\.so/;

/** Symbol tables and debugging information of libraries and programs; no byte that is loaded changes. */
export const stripPass: ShrinkPass = {
  name: 'strip',
  title: 'symbols and debugging information of libraries',
  risk: 'verify',
  find(subject) {
    const edits: ShrinkEdit[] = [];
    const leftAlone: LeftAlone[] = [];
    for (const [path, { strip }] of subject.study.elf) {
      const visible = subject.root.get(path);
      if (strip === undefined || visible === undefined) continue;
      const because = 'refusal' in strip ? strip.refusal : refusal(visible, subject);
      if (because !== undefined) leftAlone.push({ path, because });
      else if (!('refusal' in strip))
        edits.push({ kind: 'strip', path, reason: 'symbols and debugging information', plan: strip });
    }
    return { edits, leftAlone };
  },
};

function refusal({ entry }: VisibleEntry, { packageOf }: ShrinkSubject): string | undefined {
  const { path, attributes } = entry;
  if (loader.test(path)) return 'debuggers need its symbols';
  if (attributes?.['security.ima'] !== undefined || attributes?.['security.evm'] !== undefined)
    return 'it is signed';
  // Their databases hold checksums, which would no longer be true.
  const owner = packageOf(path);
  return owner === undefined ? undefined : `the package ${owner.name} has its checksum`;
}
