import type { ShrinkEdit, ShrinkPass } from '../pass.ts';

const compiled = /^(.*\/|)__pycache__\/([^/]+?)\.(?:cpython-|pypy)\d[^/]*\.pyc$/;

/** Compiled modules whose source is there: Python compiles them anew at every start. */
export const bytecodePass: ShrinkPass = {
  name: 'bytecode',
  title: 'compiled modules (each start compiles what it imports)',
  risk: 'opt-in',
  find({ root }) {
    const edits: ShrinkEdit[] = [];
    for (const { entry } of root.entries()) {
      const [, folder, module] = (entry.type === 'file' && compiled.exec(entry.path)) || [];
      if (module === undefined || root.get(`${folder}${module}.py`) === undefined) continue;
      edits.push({ kind: 'remove', path: entry.path, reason: 'compiled from its source', unit: entry.path });
    }
    return { edits, leftAlone: [] };
  },
};
