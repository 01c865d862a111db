import { normaliseName } from '../distribution-name.ts';
import type { EnvironmentFile } from './environment-file.ts';

/** The tools that install a project from its manifest and lock file. */
export type ProjectTool = 'uv' | 'poetry' | 'pdm' | 'pipenv';

/** An installation from manifest and lock file: `uv sync --no-dev`. */
export interface ToolCommand {
  readonly tool: ProjectTool;
  /** The words behind `sync` or `install`. */
  readonly arguments: readonly string[];
}

/** A command and the files that it reads. */
export interface GroupsQuestion {
  readonly install: ToolCommand;
  readonly file: EnvironmentFile;
  readonly manifest: EnvironmentFile | undefined;
}

type IsWanted = (group: string) => boolean;

/** Which groups (`main`, `dev`, `extra:NAME`, …) a command installs; its options as the tool's help lists them. */
export function wantedGroups(question: GroupsQuestion): IsWanted {
  switch (question.install.tool) {
    case 'uv':
      return ofUv(question);
    case 'poetry':
      return ofPoetry(question);
    case 'pdm':
      return ofPdm(question);
    case 'pipenv':
      return ofPipenv(question);
  }
}

/** Values of an option in either spelling, lists by commas or blanks taken apart: `--only main,test`, `--group=lint`. */
export function optionValues({ arguments: words }: ToolCommand, ...names: readonly string[]): string[] {
  return words.flatMap((word, at) => {
    const [name = '', ...rest] = word.split('=');
    if (!names.includes(name)) return [];
    return (word.includes('=') ? rest.join('=') : (words[at + 1] ?? '')).split(/[\s,]+/).filter(Boolean);
  });
}

function has({ arguments: words }: ToolCommand, ...names: readonly string[]): boolean {
  return words.some((word) => names.includes(word));
}

function extrasOf(install: ToolCommand): IsWanted {
  const extras = optionValues(install, '--extra', '-E', '--extras').map(
    (name) => `extra:${normaliseName(name)}`,
  );
  return (group) => has(install, '--all-extras') || extras.includes(group);
}

function isExtra(group: string): boolean {
  return group.startsWith('extra:');
}

// uv sync --no-dev --group serve --extra gpu --package api
function ofUv({ install, file, manifest }: GroupsQuestion): IsWanted {
  const packages = optionValues(install, '--package').map(normaliseName);
  const isAll = has(install, '--all-packages');
  const isInner = ofUvMember({ install, manifest });
  return (group) => {
    const [, member, inner] = /^member:([^:]+):(.*)$/.exec(group) ?? [];
    const isMemberWanted =
      isAll ||
      (member === undefined
        ? packages.length === 0 || packages.includes(file.projectName ?? '')
        : packages.includes(member));
    return isMemberWanted && isInner(inner ?? group);
  };
}

function ofUvMember({ install, manifest }: Pick<GroupsQuestion, 'install' | 'manifest'>): IsWanted {
  const only = [...optionValues(install, '--only-group'), ...(has(install, '--only-dev') ? ['dev'] : [])];
  if (only.length > 0) return (group) => only.includes(group);
  const defaults = manifest?.defaultGroups ?? ['dev'];
  const without = [...optionValues(install, '--no-group'), ...(has(install, '--no-dev') ? ['dev'] : [])];
  const more = optionValues(install, '--group');
  const isDefault: IsWanted = (group) =>
    !has(install, '--no-default-groups') && (defaults === 'all' || defaults.includes(group));
  const isExtraWanted = extrasOf(install);
  return (group) => {
    if (isExtra(group)) return isExtraWanted(group);
    if (group === 'main') return true;
    return (
      !without.includes(group) && (has(install, '--all-groups') || more.includes(group) || isDefault(group))
    );
  };
}

// poetry install --only main,serve · --without dev --with docs · --no-dev
function ofPoetry({ install, file, manifest }: GroupsQuestion): IsWanted {
  const only = optionValues(install, '--only');
  const without = [...optionValues(install, '--without'), ...(has(install, '--no-dev') ? ['dev'] : [])];
  const more = optionValues(install, '--with');
  const optional = manifest?.optionalGroups ?? [];
  const isOn: IsWanted = (group) =>
    only.length > 0
      ? only.includes(group)
      : !without.includes(group) && (more.includes(group) || !optional.includes(group));
  const isExtraWanted = extrasOf(install);
  // Lock files of before 1.5 call every group but the main one `dev`.
  const others = (manifest?.distributions ?? [])
    .flatMap(({ groups }) => groups)
    .filter((group) => group !== 'main' && !isExtra(group));
  const isByCategory = file.distributions.every(({ groups }) =>
    groups.every((group) => group === 'main' || group === 'dev'),
  );
  return (group) => {
    if (isExtra(group)) return isExtraWanted(group);
    return group === 'dev' && isByCategory && others.length > 0 ? others.some(isOn) : isOn(group);
  };
}

// pdm install --prod -G serve · --no-default --dev
function ofPdm({ install, file, manifest }: GroupsQuestion): IsWanted {
  const isProduction = has(install, '--prod', '--production', '--no-dev');
  const named = optionValues(install, '-G', '--group').map((name) => normaliseName(name.replace(/^:/, '')));
  const isChosen = isProduction || named.length > 0 || has(install, '--dev', '-d', '--no-default');
  const without = optionValues(install, '--without').map(normaliseName);
  // Nothing chosen is all that the lock file was made for; nothing but what is left out, all else (`GroupSelection` of PDM).
  const isAll = !isChosen && (without.length > 0 || file.lockedGroups !== undefined);
  const chosen = isAll ? ['all'] : named;
  const extras = new Set(
    [...file.distributions, ...(manifest?.distributions ?? [])].flatMap(({ groups }) =>
      groups.filter(isExtra),
    ),
  );
  return (group) => {
    if (group === 'main') return !has(install, '--no-default');
    const name = normaliseName(group.replace(/^extra:/, ''));
    if (without.includes(name)) return false;
    // Its lock file has extras and groups in one list.
    const isOptional = extras.has(`extra:${name}`);
    if (chosen.includes(name) || (chosen.includes('all') && isOptional)) return true;
    return !isOptional && !isProduction;
  };
}

// pipenv install --deploy --dev · --categories="packages docs"
function ofPipenv({ install }: GroupsQuestion): IsWanted {
  const renamed = new Map([
    ['packages', 'main'],
    ['default', 'main'],
    ['dev-packages', 'dev'],
    ['develop', 'dev'],
  ]);
  const categories = optionValues(install, '--categories').map((name) => renamed.get(name) ?? name);
  if (categories.length > 0) return (group) => categories.includes(group);
  return (group) => group === 'main' || (group === 'dev' && has(install, '--dev', '-d'));
}
