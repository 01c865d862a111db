import { aptAction } from '../apt-command.ts';
import type { DockerfileModel, Instruction, Stage } from '../model.ts';
import { cacheTargets } from '../run-mounts.ts';
import type { TextEdit } from '../syntax/syntax.ts';
import { aptRuns, familyOf, mayCallApt } from './apt-lists.ts';
import { removeLinks } from './remove-links.ts';

const aptTargets = ['/var/cache/apt', '/var/lib/apt'];
/** Debian's images delete downloaded packages behind apt's back (`/etc/apt/apt.conf.d/docker-clean`). */
const keepDownloads = [
  'rm -f /etc/apt/apt.conf.d/docker-clean',
  `echo 'Binary::apt::APT::Keep-Downloaded-Packages "true";' > /etc/apt/apt.conf.d/keep-cache`,
];

/** What an installing RUN of apt gets, or why it stays. */
export type AptMount =
  | { readonly targets: readonly string[]; readonly preparation: readonly string[] }
  | { readonly because: string };

/** The cache mounts of a RUN that installs with apt; undefined for any other RUN. `prepared` holds the stages in which apt keeps its downloads already. */
export function aptMount(
  run: Instruction,
  model: DockerfileModel,
  prepared: ReadonlySet<number>,
): AptMount | undefined {
  const stage = model.stages[run.stage];
  const found = stage === undefined ? undefined : aptRuns(stage).find((one) => one.run === run);
  if (stage === undefined || found?.hasInstall !== true) return undefined;
  const mounted = cacheTargets(run);
  const targets = aptTargets.filter((target) => !mounted.some((one) => isAbove(one, target)));
  if (targets.length === 0) return undefined;
  if (found.needsLists)
    return { because: 'it installs from the package lists of an earlier layer, which a mount would hide' };
  if (!startsPlainly(run))
    return { because: 'its chain starts with something else than apt, so nothing is put in front of it' };
  const commands = run.commands ?? [];
  if (commands.some(({ words }) => words.some((word) => /^(--)?auto-?remove$/.test(word))))
    return {
      because:
        'what `autoremove` may take is recorded in /var/lib/apt, which a mount would share between images',
    };
  if (!found.isClean && listsAreRead(run, stage, model))
    return { because: 'a later step may read the package lists that it leaves in its layer' };
  return {
    targets,
    preparation: prepared.has(stage.position) || isPrepared(stage, run, model) ? [] : keepDownloads,
  };
}

function isAbove(mount: string, target: string): boolean {
  return mount === target || target.startsWith(`${mount}/`);
}

/** A chain that starts with apt itself, so that the preparation can be put in front of it. */
function startsPlainly(run: Instruction): boolean {
  const [first] = run.commands ?? [];
  return (
    run.syntax.json === undefined &&
    run.syntax.heredocs.length === 0 &&
    first?.isTopLevel === true &&
    (aptAction(first) !== undefined || ['set', 'rm', 'echo', 'export'].includes(first.words[0] ?? ''))
  );
}

/** Does anything behind the RUN, here or in a stage that grows from this one, install without an update of its own? */
function listsAreRead(run: Instruction, stage: Stage, model: DockerfileModel): boolean {
  const family = familyOf(model, stage);
  const instructions = family.flatMap((one) => one.instructions);
  const behind = instructions.slice(instructions.indexOf(run) + 1);
  return (
    behind.some(mayCallApt) ||
    family.flatMap(aptRuns).some((other) => other.needsLists && behind.includes(other.run))
  );
}

/** `docker-clean` is gone already, by a step above. */
function isPrepared(stage: Stage, run: Instruction, model: DockerfileModel): boolean {
  const at = stage.instructions.indexOf(run);
  const above = [
    ...stage.instructions.slice(0, at + 1),
    ...ancestors(stage, model).flatMap((one) => one.instructions),
  ];
  return above.some(({ syntax }) => /docker-clean|Keep-Downloaded-Packages/i.test(syntax.value));
}

/** The stages that a stage grows from, nearest first. */
export function ancestors(stage: Stage, { stages }: DockerfileModel): readonly Stage[] {
  const base = stage.baseStage === undefined ? undefined : stages[stage.baseStage];
  return base === undefined ? [] : [base, ...ancestors(base, { stages, target: 0, globalArgs: [] })];
}

/** Takes out `apt-get clean`, which would empty the cache mounts. */
export function withoutAptCleaning(run: Instruction, text: string): TextEdit[] {
  return removeLinks(run, text, (command) => /^(auto)?clean$/.test(aptAction(command) ?? ''));
}
