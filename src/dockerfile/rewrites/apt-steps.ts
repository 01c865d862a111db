import { readAptInstall } from '../apt-command.ts';
import type { Instruction, ShellCommand, Stage } from '../model.ts';
import { keptStages } from '../stage-chain.ts';
import type { TextEdit } from '../syntax/syntax.ts';
import { type AptRun, aptRuns, changesSources, familyOf, mayCallApt } from './apt-lists.ts';
import { nothingToDo, type ResolvedDockerfile, type Rewrite } from './rewrite.ts';

/**
 * `apt-get update` in a RUN of its own is cached while the packages change: it joins each installation. What it leaves is removed in
 * the same RUN, and `-y` answers the question that nobody else would.
 */
export const aptSteps: Rewrite = {
  id: 'apt-steps',
  title: 'Update, install and clean up system packages in one step',
  risk: 'safe',
  propose(dockerfile) {
    const { model } = dockerfile;
    const roots = model.stages.filter((stage) => stage.baseStage === undefined);
    const found = roots.map((root) => stepsOf(familyOf(model, root), dockerfile));
    const edits = [...found.flatMap((one) => one.edits), ...missingYes(model.stages)];
    return edits.length === 0
      ? { ...nothingToDo, leftAlone: found.flatMap((one) => one.leftAlone) }
      : {
          edits,
          reason: reasonOf(found.flatMap((one) => one.did)),
          leftAlone: found.flatMap((one) => one.leftAlone),
        };
  },
};

interface Steps {
  readonly edits: readonly TextEdit[];
  readonly did: readonly ('joined' | 'cleaned')[];
  readonly leftAlone: readonly string[];
}

function reasonOf(did: readonly string[]): string {
  const parts = [
    ...(did.includes('joined')
      ? [
          'an update in a layer of its own is cached and goes stale: each installation reads the lists of its own day',
        ]
      : []),
    ...(did.includes('cleaned')
      ? ['package lists that are not removed in the same RUN stay in its layer']
      : []),
  ];
  return parts.length > 0 ? parts.join('; ') : 'without -y apt asks a question that nobody answers';
}

function stepsOf(family: readonly Stage[], dockerfile: ResolvedDockerfile): Steps {
  const runs = family.flatMap(aptRuns);
  const joined = joinUpdates(family, runs, dockerfile);
  const isSafe = joined.leftAlone.length === 0;
  const cleaned = isSafe ? cleanUps(family, runs, dockerfile) : [];
  return {
    edits: [...joined.edits, ...cleaned],
    did: [
      ...(joined.edits.length > 0 ? ['joined' as const] : []),
      ...(cleaned.length > 0 ? ['cleaned' as const] : []),
    ],
    leftAlone: joined.leftAlone,
  };
}

function joinUpdates(
  family: readonly Stage[],
  runs: readonly AptRun[],
  { syntax, placeOf }: ResolvedDockerfile,
): Pick<Steps, 'edits' | 'leftAlone'> {
  const first = runs.findIndex(({ hasUpdate }) => hasUpdate);
  const needy = runs.slice(first + 1).filter(({ needsLists }) => needsLists);
  const alone = runs.filter(({ isUpdateAlone }) => isUpdateAlone);
  if (first === -1 || needy.length + alone.length === 0) return { edits: [], leftAlone: [] };
  const instructions = family.flatMap((stage) => stage.instructions);
  const firstRun = runs[first]?.run;
  const behind = instructions.slice(firstRun === undefined ? 0 : instructions.indexOf(firstRun) + 1);
  const doubt = (place: Instruction, because: string): Pick<Steps, 'edits' | 'leftAlone'> => ({
    edits: [],
    leftAlone: [`${placeOf(place.syntax)}: ${because}`],
  });
  const stuck = needy.find(({ reader }) => reader?.isTopLevel !== true);
  if (stuck !== undefined)
    return doubt(
      stuck.run,
      'its installation does not run in every case, so no update is put in front of it',
    );
  const changing = behind.find(changesSources);
  if (changing !== undefined)
    return doubt(changing, 'changes where apt looks, so the order of the steps around it stays');
  const hidden = behind.find(mayCallApt);
  if (hidden !== undefined && alone.length > 0)
    return doubt(hidden, 'may call apt, and the package lists that it would read stay in their layer');
  return {
    edits: [
      ...needy.flatMap(({ reader }) => (reader === undefined ? [] : [updateInFront(reader)])),
      ...alone.flatMap(({ run }) => withoutRun(run, family, syntax.text)),
    ],
    leftAlone: [],
  };
}

/** `apt install x` → `apt update && apt install x`, with the same program and the same `sudo`. */
function updateInFront(install: ShellCommand): TextEdit {
  const { start } = install.range;
  const program = install.words.slice(0, install.words[0] === 'sudo' ? 2 : 1).join(' ');
  // What apt says to standard output is as quiet as the installation's.
  const quiet = install.words.find((word) => /^-q+$/.test(word));
  return {
    range: { start, end: start },
    newText: `${program} update${quiet === undefined ? '' : ` ${quiet}`} && `,
  };
}

/** Takes the RUN out; a comment above it stays above what follows. */
function withoutRun(run: Instruction, family: readonly Stage[], text: string): TextEdit[] {
  const stage = family.find(({ instructions }) => instructions.includes(run));
  const next = stage?.instructions[stage.instructions.indexOf(run) + 1];
  const { start, end } = run.syntax.range;
  const lineEnd = /^[ \t]*(\r?\n|$)/.exec(text.slice(end))?.[0].length ?? 0;
  const gap = next === undefined ? '' : text.slice(end + lineEnd, next.syntax.blockStart);
  const isGap = next !== undefined && gap.trim() === '' && run.syntax.leadingComments.length > 0;
  return [{ range: { start, end: end + lineEnd + (isGap ? gap.length : 0) }, newText: '' }];
}

/** `&& rm -rf /var/lib/apt/lists/*` behind the last link, in the stages that become the image. */
function cleanUps(
  family: readonly Stage[],
  runs: readonly AptRun[],
  { model, syntax }: ResolvedDockerfile,
): TextEdit[] {
  const kept = keptStages(model);
  const instructions = family.flatMap((stage) => stage.instructions);
  const first = runs.findIndex(({ hasUpdate }) => hasUpdate);
  return runs.flatMap(({ run, hasInstall, isClean, isUpdateAlone }, at) => {
    const stage = model.stages[run.stage];
    if (stage === undefined || !kept.includes(stage) || isClean || isUpdateAlone) return [];
    // Lists of the base stay in its layer anyway.
    if (!hasInstall || first === -1 || at < first) return [];
    if (instructions.slice(instructions.indexOf(run)).some(mayCallApt)) return [];
    const last = run.commands?.at(-1);
    const { range } = run.syntax;
    const rest = syntax.text.slice(last?.range.end, run.script?.end);
    // Behind the quotes of `sh -c '…'`, if there are any.
    const isPlainEnd =
      last?.isTopLevel === true && run.syntax.heredocs.length === 0 && /^["']?\s*$/.test(rest);
    if (!isPlainEnd || last === undefined) return [];
    const end = last.range.end + rest.trimEnd().length;
    return [{ range: { start: end, end }, newText: linkText(syntax.text.slice(range.start, range.end)) }];
  });
}

/** The link in the manner of the RUN: on a line of its own where the others are. */
function linkText(run: string): string {
  const command = 'rm -rf /var/lib/apt/lists/*';
  const lead = /\\(\r?\n)([ \t]*)&&[ \t]/.exec(run);
  if (lead !== null) return ` \\${lead[1]}${lead[2]}&& ${command}`;
  const trail = /&&[ \t]*\\(\r?\n)([ \t]*)\S/.exec(run);
  if (trail !== null) return ` && \\${trail[1]}${trail[2]}${command}`;
  const list = /\\(\r?\n)([ \t]*)\S/.exec(run);
  return list === null ? ` && ${command}` : ` \\${list[1]}${list[2]}&& ${command}`;
}

const yes =
  /^(-[a-zA-Z]*y[a-zA-Z]*|-qq+|--yes|--assume-yes|--quiet=2|-q=2|--force-yes|--assume-no|-s|--simulate|--dry-run)$/;

/** `-y` where nothing answers: no `yes |`, no setting. */
function missingYes(stages: readonly Stage[]): TextEdit[] {
  return stages.flatMap((stage) => {
    const isAnswered = stage.instructions.some(({ syntax }) =>
      /Assume-Yes|\byes\b[^|\n]*\|/i.test(syntax.value),
    );
    if (isAnswered) return [];
    return stage.instructions
      .flatMap((instruction) => instruction.commands ?? [])
      .flatMap((command) => readAptInstall(command) ?? [])
      .filter((install) => !install.options.some((option) => yes.test(option)))
      .map(({ optionsAt }) => ({ range: { start: optionsAt, end: optionsAt }, newText: ' -y' }));
  });
}
