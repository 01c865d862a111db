import { developmentPurpose, normaliseName } from '../python/index.ts';
import type { AuditDistribution } from './audit-request.ts';
import type { AuditSubject } from './audit-subject.ts';

/**
 * The distributions (normalised names) that only development uses: those that are known to be for development, are not what
 * the image runs and that nothing else requires; and what they alone brought along, as far as pip's and uv's marks of what
 * was asked for (`REQUESTED`, PEP 376) tell it.
 */
export function developmentDistributions(subject: AuditSubject): ReadonlySet<string> {
  const all = new Map(subject.distributions.map((one) => [normaliseName(one.name), one] as const));
  const requirers = new Map<string, Set<string>>();
  for (const [name, one] of all) {
    for (const required of one.requires ?? []) {
      const known = requirers.get(required);
      if (known === undefined) requirers.set(required, new Set([name]));
      else known.add(name);
    }
  }
  const words = commandWords(subject);
  const development = new Set<string>();
  for (const [name, one] of all) {
    const purpose = developmentPurpose(name);
    if (purpose !== undefined && purpose.usedThrough.length === 0 && !isRun(name, one, words)) {
      development.add(name);
    }
  }
  keepRequired(development, requirers);
  addOrphans(development, requirers, all);
  return development;
}

function commandWords({ image }: AuditSubject): ReadonlySet<string> {
  const { entrypoint, cmd } = image.config;
  return new Set([...entrypoint, ...cmd].flatMap((part) => part.split(/[^\w.-]+/)));
}

function isRun(name: string, one: AuditDistribution, words: ReadonlySet<string>): boolean {
  const scripts = (one.entryPoints?.['console_scripts'] ?? []).map((script) => script.split('=')[0]?.trim());
  if (words.has(name) || scripts.some((script) => script !== undefined && words.has(script))) return true;
  // `jupyter lab` runs through half a dozen distributions, `start-notebook.py` and its like through all of them.
  const isNotebookServer = [...words].some((word) =>
    /^(?:jupyter|start-notebook|start-singleuser)/.test(word),
  );
  return isNotebookServer && /^(?:jupyter|notebook|nb|ipy|ipython|widgetsnbextension)/.test(name);
}

/** Takes out what a distribution that stays requires. */
function keepRequired(development: Set<string>, requirers: ReadonlyMap<string, ReadonlySet<string>>): void {
  let before: number;
  do {
    before = development.size;
    for (const name of development) {
      if ([...(requirers.get(name) ?? [])].some((one) => !development.has(one))) development.delete(name);
    }
  } while (development.size < before);
}

/** Adds what only those distributions require and nobody asked for. */
function addOrphans(
  development: Set<string>,
  requirers: ReadonlyMap<string, ReadonlySet<string>>,
  all: ReadonlyMap<string, AuditDistribution>,
): void {
  const isRequested = ({ files }: AuditDistribution): boolean =>
    files.some((path) => /(?:site|dist)-packages\/[^/]+\.dist-info\/REQUESTED$/.test(path));
  // Installers that leave no such marks leave no way to tell.
  if (![...all.values()].some(isRequested)) return;
  let before: number;
  do {
    before = development.size;
    for (const [name, one] of all) {
      const users = [...(requirers.get(name) ?? [])];
      const isOrphan = users.length > 0 && users.every((user) => development.has(user));
      if (isOrphan && !isRequested(one)) development.add(name);
    }
  } while (development.size > before);
}
