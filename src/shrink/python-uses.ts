import { type InstalledDistribution, sourceRole } from '../python/index.ts';
import { isStandardPlace, siteOf } from './site-packages.ts';
import type { MentioningFile, Study } from './study.ts';

/** A distribution that only development uses, as files of others know it. */
export interface Tool {
  /** Words that files have in their names which only it loads: `mypy` for `pydantic/mypy.py`; in lower case. */
  readonly places: readonly string[];
  /** Functions of others import it in test runs, or for somebody at a prompt. */
  readonly isForSessions: boolean;
}

/** What tells whether a mention counts. */
export interface UseFacts {
  readonly tool: Tool | undefined;
  readonly isLoaded: (path: string) => boolean;
  /** The distribution that the file belongs to. */
  readonly by: InstalledDistribution | undefined;
}

/**
 * Whether a file that names modules (by their numbers) needs one of them. For what is no tool every mention counts. Of a
 * distribution's files those do not need a tool that are tests, stubs, or written for the tool itself, that nothing leads to which
 * the image starts, and that are prepared for its absence; of the application's, its tests do not. A distribution that comes from no index is the application.
 */
export function isUse(
  { path, guarded, lazy }: MentioningFile,
  numbers: Iterable<number>,
  { tool, isLoaded, by }: UseFacts,
): boolean {
  if (isStandardPlace(path)) return false;
  if (tool === undefined) return true;
  const site = siteOf(path);
  if (site === undefined || by?.isOwn === true) return !isTestFile(path);
  const inside = path.slice(site.length + 1);
  if (path.endsWith('.pyi') || isTest(inside) || isWrittenFor(inside, tool) || !isLoaded(path)) return false;
  const isMissable = (number: number): boolean =>
    guarded?.includes(number) === true || (tool.isForSessions && lazy?.includes(number) === true);
  for (const number of numbers) if (!isMissable(number)) return true;
  return false;
}

const testPlace = /(?:^|\/)_?(?:tests?|testing)\//;
const testFile = /(?:^|[/_])(?:tests?|testing|conftest)(?:_[^/]*)?\.py$/;

/** A file of a test suite, of the application or of a distribution. */
export function isTestFile(path: string): boolean {
  const site = siteOf(path);
  return site === undefined ? sourceRole(path) === 'test' : isTest(path.slice(site.length + 1));
}

function isTest(inside: string): boolean {
  return testPlace.test(inside) || testFile.test(inside);
}

/** `numpy/typing/mypy_plugin.py` for mypy, `tqdm/notebook.py` for notebook: a folder or file is named after it. */
function isWrittenFor(inside: string, { places }: Tool): boolean {
  return inside
    .toLowerCase()
    .split('/')
    .some((step) =>
      step
        .replace(/\.py$/, '')
        .split(/[_.]/)
        .some((word) => places.includes(word)),
    );
}

/** The numbers of all names that are a module, or lie in it, by module. */
export function numbersOfModules(
  { names }: Pick<Study, 'names'>,
  modules: ReadonlySet<string>,
): ReadonlyMap<number, readonly string[]> {
  const numbers = new Map<number, readonly string[]>();
  for (const [number, name] of names.entries()) {
    const found: string[] = [];
    for (let dot = name.indexOf('.'); ; dot = name.indexOf('.', dot + 1)) {
      const prefix = dot === -1 ? name : name.slice(0, dot);
      if (modules.has(prefix)) found.push(prefix);
      if (dot === -1) break;
    }
    if (found.length > 0) numbers.set(number, found);
  }
  return numbers;
}
