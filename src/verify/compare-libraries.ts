import { type Difference, hintsOf } from './difference.ts';
import type { Environment, LackingLibrary } from './environment.ts';

/**
 * Shared libraries of site-packages that load in the fat image and would not in the lean one, one difference for
 * each library that is missing and each distribution that needs it. A library that only the lean image holds, and
 * the interpreter's own extension modules (Tk, curses), count as a change: an import that needs them shows the break.
 */
export function compareLibraries(fat: Environment, lean: Environment): Difference[] {
  const known = new Map(fat.libraries.lacking.map((one) => [keyOf(one), one.state]));
  const inFat = new Set(fat.libraries.paths.map(abiFree));
  const groups = new Map<string, LackingGroup>();
  for (const one of lean.libraries.lacking) {
    const before = known.get(keyOf(one));
    if (before === 'missing' || before === one.state) continue;
    const wasLoadable = inFat.has(abiFree(one.library));
    const isCertain = wasLoadable && one.state === 'missing' && !one.library.startsWith('lib-dynload/');
    const severity = isCertain ? 'break' : 'change';
    const key = [severity, one.state, one.soname, one.version, one.distribution].join('\0');
    const group = groups.get(key) ?? { first: one, severity, libraries: [] };
    groups.set(key, { ...group, libraries: [...group.libraries, one.library] });
  }
  return [...groups.values()].map(describeGroup);
}

interface LackingGroup {
  readonly first: LackingLibrary;
  readonly severity: 'break' | 'change';
  readonly libraries: readonly string[];
}

function describeGroup({ first, severity, libraries }: LackingGroup): Difference {
  const others = libraries.length - 1;
  const owner = first.distribution === null ? '' : ` (${first.distribution})`;
  const through = first.through === null ? '' : ` through ${first.through}`;
  const needed = first.version === null ? first.soname : `${first.soname} with ${first.version}`;
  return {
    kind: 'shared-library',
    severity,
    what: `${needed}, which ${libraries[0]}${others > 0 ? ` and ${others} more` : ''}${owner} ${others > 0 ? 'need' : 'needs'}${through}`,
    fat: 'found',
    lean: stateInWords(first),
    hints: hintsOf({ soname: first.soname, module: undefined, distribution: first.distribution }),
  };
}

function stateInWords(one: LackingLibrary): string {
  if (one.version !== null) return `the library found is older: it does not define ${one.version}`;
  return one.state === 'missing' ? 'not found' : 'only bundled with another distribution';
}

function keyOf(one: LackingLibrary): string {
  return `${abiFree(one.library)}\0${one.soname}\0${one.version ?? ''}`;
}

/** The same extension module under another Python version: `x.cpython-311-x86_64-linux-gnu.so`. */
function abiFree(path: string): string {
  return path.replace(/cpython-\d+/, 'cpython');
}
