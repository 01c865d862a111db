import { type CondaInstall, isCondaClean, readCondaInstall } from '../conda-command.ts';
import type { Instruction } from '../model.ts';
import { cacheTargets } from '../run-mounts.ts';
import { keptStages } from '../stage-chain.ts';
import type { TextEdit } from '../syntax/syntax.ts';
import { environmentFile } from './conda-environment.ts';
import { nothingToDo, type ResolvedDockerfile, type Rewrite, type RewriteFacts } from './rewrite.ts';

/**
 * `conda clean` in the RUN that installs: conda keeps each package twice, as archive and unpacked beside the environments, which link to the
 * unpacked files. And pip, which conda calls for the `pip:` section, keeps its downloads.
 */
export const condaClean: Rewrite = {
  id: 'conda-clean',
  title: 'Remove what conda has downloaded in the step that installs',
  risk: 'safe',
  propose(dockerfile, facts) {
    const { model, placeOf } = dockerfile;
    const instructions = keptStages(model).flatMap((stage) => stage.instructions);
    const found = instructions.flatMap((run) => {
      const installs = (run.commands ?? []).flatMap((command) => readCondaInstall(command) ?? []);
      return installs.length === 0 ? [] : [{ run, installs }];
    });
    if (found.length === 0) return nothingToDo;
    const obstacle = linkObstacle(instructions, dockerfile);
    const judged = found.map(({ run, installs }) => ({
      cleaning: obstacle === undefined ? cleaningOf(run, installs) : [],
      pip: pipEdits(run, installs, facts),
      because: obstacle ?? doubtOf(run, installs),
      place: placeOf(run.syntax),
    }));
    const edits = judged.flatMap(({ cleaning, pip }) => [...pip, ...cleaning]);
    const leftAlone = judged.flatMap(({ because, place }) =>
      because === undefined ? [] : [`${place}: ${because}`],
    );
    return edits.length === 0
      ? { ...nothingToDo, leftAlone }
      : { edits, leftAlone, reason: reasonOf(judged) };
  },
};

function reasonOf(
  judged: readonly { readonly cleaning: readonly TextEdit[]; readonly pip: readonly TextEdit[] }[],
): string {
  const parts = [
    ...(judged.some(({ cleaning }) => cleaning.length > 0)
      ? [
          'the archives and the index that conda has downloaded stay in the layer; the files of the environment do not need them',
        ]
      : []),
    ...(judged.some(({ pip }) => pip.length > 0)
      ? ['pip, which installs the `pip:` section, keeps its downloads unless it is told not to']
      : []),
  ];
  return parts.join('; ');
}

/** Settings with which the environment needs the package cache, or the cache lies elsewhere; and conda-pack, which reads the cache. */
function linkObstacle(
  instructions: readonly Instruction[],
  { placeOf }: ResolvedDockerfile,
): string | undefined {
  const setting =
    /allow_softlinks|always_softlink|CONDA_(ALWAYS|ALLOW)_SOFTLINKS?|CONDA_PKGS_DIRS|pkgs_dirs|conda[- ]pack\b|--offline\b|--use-local\b|\bclone\b.*--offline/i;
  const found = instructions.find(
    ({ syntax }) => ['env', 'arg', 'run'].includes(syntax.keyword) && setting.test(syntax.value),
  );
  return found === undefined
    ? undefined
    : `${placeOf(found.syntax)} uses conda’s package cache, so that stays`;
}

function isClean(run: Instruction): boolean {
  return (
    (run.commands ?? []).some(isCondaClean) ||
    /rm -\w+ [^&;|]*\/pkgs/.test(run.syntax.value) ||
    cacheTargets(run).some((target) => /\/pkgs$|conda|mamba/.test(target))
  );
}

function doubtOf(run: Instruction, installs: readonly CondaInstall[]): string | undefined {
  if (isClean(run)) return undefined;
  return installs.at(-1)?.command.isTopLevel === true
    ? undefined
    : 'the installation is no plain link of the chain, so nothing is put behind it';
}

function cleaningOf(run: Instruction, installs: readonly CondaInstall[]): TextEdit[] {
  const last = installs.at(-1);
  if (last === undefined || isClean(run) || !last.command.isTopLevel) return [];
  const { end } = last.command.range;
  const options = last.tool === 'micromamba' ? '--all --yes' : '-afy';
  return [{ range: { start: end, end }, newText: ` && ${last.program} clean ${options}` }];
}

/** `PIP_NO_CACHE_DIR=1 conda env create …` where the environment file has a `pip:` section. */
function pipEdits(run: Instruction, installs: readonly CondaInstall[], facts: RewriteFacts): TextEdit[] {
  const isOff =
    run.before.variables['PIP_NO_CACHE_DIR'] !== undefined ||
    cacheTargets(run).some((target) => /\.cache(\/pip)?$/.test(target));
  if (isOff) return [];
  return installs.flatMap((install) => {
    const { command } = install;
    const isSet = command.assignments.some((one) => one.startsWith('PIP_NO_CACHE_DIR='));
    const { start } = command.range;
    return isSet || environmentFile(install, facts)?.conda?.hasPipSection !== true
      ? []
      : [{ range: { start, end: start }, newText: 'PIP_NO_CACHE_DIR=1 ' }];
  });
}
