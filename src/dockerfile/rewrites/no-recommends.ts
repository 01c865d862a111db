import type { Instruction, Stage } from '../model.ts';
import { readPipInstall } from '../pip-command.ts';
import { aptInstalls } from './apt-installs.ts';
import { isBareDebian } from './make-environment.ts';
import { nothingToDo, type Rewrite } from './rewrite.ts';

type PlacedInstall = ReturnType<typeof aptInstalls>[number];

/** `apt-get install` in the final stage without the packages that others merely recommend. */
export const noRecommends: Rewrite = {
  id: 'no-recommends',
  title: 'Install no merely recommended system packages',
  risk: 'verify',
  propose({ model, placeOf }) {
    const stage = model.stages[model.target];
    const installs = stage === undefined ? [] : aptInstalls(stage);
    const plain = installs.filter(
      ({ install }) =>
        !install.options.some((option) => /no-install-recommends|Install-Recommends/i.test(option)),
    );
    if (stage === undefined || plain.length === 0) return nothingToDo;
    const judged = plain.map((one) => ({ ...one, because: neededRecommendation(one, stage) }));
    const changed = judged.filter(({ because }) => because === undefined);
    const leftAlone = judged.flatMap(({ instruction, because }) =>
      because === undefined ? [] : [`${placeOf(instruction.syntax)}: ${because}`],
    );
    if (changed.length === 0) return { ...nothingToDo, leftAlone };
    const certificates = lostCertificates(changed, stage);
    return {
      edits: [
        ...changed.map(({ install }) => ({
          range: { start: install.optionsAt, end: install.optionsAt },
          newText: ' --no-install-recommends',
        })),
        ...certificates,
      ],
      reason: `apt also installs what packages recommend, unless it is told not to${certificates.length > 0 ? ' (certificate authorities, which some recommend, are named instead)' : ''}`,
      leftAlone,
    };
  },
};

/** A recommendation that a later step of the same stage is known to need. */
function neededRecommendation({ install, instruction }: PlacedInstall, stage: Stage): string | undefined {
  const names = install.packages.map(({ name }) => name);
  if (names.includes('software-properties-common'))
    return 'add-apt-repository needs what software-properties-common merely recommends (gpg-agent)';
  const behind = stage.instructions.slice(stage.instructions.indexOf(instruction));
  return names.includes('python3-pip') && behind.some(installsPython)
    ? 'python3-pip recommends a compiler and headers, which a distribution without a wheel needs'
    : undefined;
}

function installsPython({ commands }: Instruction): boolean {
  return commands?.some((command) => readPipInstall(command) !== undefined) === true;
}

/** Bare Debian and Ubuntu have no certificate authorities; curl, git, wget and openssl's library only recommend them. */
function lostCertificates(
  changed: readonly PlacedInstall[],
  stage: Stage,
): { readonly range: { readonly start: number; readonly end: number }; readonly newText: string }[] {
  const isThere = aptInstalls(stage).some(({ install }) =>
    install.packages.some(({ name }) => name === 'ca-certificates'),
  );
  const last = changed.at(-1)?.install.packages.at(-1);
  if (isThere || last === undefined || !isBareDebian(stage)) return [];
  return [{ range: { start: last.range.end, end: last.range.end }, newText: ' ca-certificates' }];
}
