import { extrasIn, loadedOtherwise } from '../python/index.ts';
import { programNames } from './find-uses.ts';
import { isDeveloperExtra } from './roots.ts';
import type { DepsDistribution, DepsSubject } from './subject.ts';

const programGroups = new Set(['console_scripts', 'gui_scripts']);

/**
 * The ways in which something may use a distribution although no import of the application shows it. "Not imported" is no proof:
 * plugins, optional dependencies and names in strings work without. Empty where nothing speaks for a use.
 */
export function findDoubts(
  one: DepsDistribution,
  subject: DepsSubject,
  mayBeLoaded: readonly string[] = [],
): readonly string[] {
  return [
    // What is seen says more than what is only there.
    ...(mayBeLoaded.length > 0 ? mayBeLoaded : knownLoader(one, subject)),
    ...optionalFor(one, subject),
    ...startedByScripts(one, subject),
    ...innerImports(one, subject),
    ...ownDoubts(one),
    ...namedInStrings(one, subject),
    ...dynamicImports(subject),
  ];
}

function knownLoader({ name }: DepsDistribution, { distributions }: DepsSubject): readonly string[] {
  const found = loadedOtherwise(name, new Set(distributions.map((one) => one.name)));
  if (found === undefined) return [];
  return [found.by === undefined ? found.how : `${found.by} may use it: ${found.how}`];
}

/** Whose extras name it: `pandas[excel]` for openpyxl. */
function optionalFor({ name }: DepsDistribution, { distributions }: DepsSubject): readonly string[] {
  const hosts = distributions.flatMap((host) => {
    if (host.name === name) return [];
    const extras = host.requirements
      .filter((requirement) => requirement.name === name)
      .flatMap(({ marker }) => extrasIn(marker))
      .filter((extra) => !isDeveloperExtra(extra));
    return extras.length === 0 ? [] : [`${host.name}[${extras[0]}]`];
  });
  if (hosts.length === 0) return [];
  const shown = hosts.slice(0, 3).join(', ');
  return [
    `it is an optional part of others: ${shown}${hosts.length > 3 ? ` and ${hosts.length - 3} more` : ''}`,
  ];
}

function startedByScripts(one: DepsDistribution, { uses }: DepsSubject): readonly string[] {
  for (const name of programNames(one)) {
    const place = uses.mayStart.get(name);
    if (place !== undefined) return [`${place} starts ${name}, and whoever starts that script is not seen`];
  }
  return [];
}

function innerImports(
  { name, modules }: DepsDistribution,
  { importedWithin }: DepsSubject,
): readonly string[] {
  const users = modules
    .flatMap((module) => importedWithin?.get(module) ?? [])
    .filter((user) => user !== name);
  const [first] = users;
  return first === undefined ? [] : [`${first} imports it without requiring it`];
}

function ownDoubts({ entryPoints, paths }: DepsDistribution): readonly string[] {
  const groups = Object.keys(entryPoints).filter((group) => !programGroups.has(group));
  const startFile = paths.find((path) => /^[^/]+\.pth$/.test(path));
  const hasModules = paths.length === 0 || paths.some((path) => /\.(?:py|so|pyd)$/.test(path));
  return [
    ...(groups.length > 0 ? [`it registers plugins (${groups.slice(0, 3).join(', ')})`] : []),
    ...(startFile === undefined ? [] : [`${startFile} runs whenever Python starts`]),
    ...(hasModules ? [] : ['it holds no modules that could be imported']),
  ];
}

function namedInStrings({ name, modules }: DepsDistribution, { uses }: DepsSubject): readonly string[] {
  for (const word of [...modules, name]) {
    const place = uses.strings.get(word);
    if (place !== undefined) return [`${place} names it in a string`];
  }
  return [];
}

function dynamicImports({ uses }: DepsSubject): readonly string[] {
  const [first] = uses.dynamicImports;
  return first === undefined ? [] : [`${first} imports what only the running program knows`];
}
