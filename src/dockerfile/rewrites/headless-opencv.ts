import { aptAction, readAptInstall } from '../apt-command.ts';
import type { Instruction } from '../model.ts';
import { readPipInstall } from '../pip-command.ts';
import { shippedStages } from '../stage-chain.ts';
import type { TextEdit } from '../syntax/syntax.ts';
import { removeBlock } from './remove-block.ts';
import { removeWords } from './remove-words.ts';
import { nothingToDo, type Rewrite, type SmallerFacts } from './rewrite.ts';

/** `opencv-python` → `opencv-python-headless`, and without the system packages that only its windows need. */
export const headlessOpencv: Rewrite = {
  id: 'headless-opencv',
  title: 'Install OpenCV without its windows',
  risk: 'verify',
  propose({ syntax, model }, { smaller }) {
    if (smaller === undefined) return nothingToDo;
    const instructions = shippedStages(model).flatMap((stage) => stage.instructions);
    const renamed = instructions.flatMap((one) => renameIn(one, smaller));
    const dropped = instructions.map((one) => dropIn(one, smaller, syntax.text));
    const edits = [...renamed, ...dropped.flatMap((one) => one.edits)];
    if (edits.length === 0) return { ...nothingToDo, leftAlone: smaller.leftAlone };
    const names = [...new Set(dropped.flatMap((one) => one.names))];
    return {
      edits,
      reason: `nothing opens a window, and the headless build has the same modules without them${names.length === 0 ? '' : `; only they need ${names.join(', ')}`}`,
      leftAlone: smaller.leftAlone,
    };
  },
};

function renameIn({ commands }: Instruction, { requirement }: SmallerFacts): TextEdit[] {
  return (commands ?? [])
    .flatMap((command) => readPipInstall(command)?.requirements ?? [])
    .flatMap(({ text, range }) => {
      const to = requirement(text);
      if (to === undefined || to === text) return [];
      return [{ range, newText: /^[\w.=+-]+$/.test(to) ? to : `"${to.replaceAll('"', "'")}"` }];
    });
}

function dropIn(
  instruction: Instruction,
  { systemPackages }: SmallerFacts,
  text: string,
): { readonly edits: readonly TextEdit[]; readonly names: readonly string[] } {
  const commands = instruction.commands ?? [];
  const installs = commands.flatMap((command) => readAptInstall(command) ?? []);
  const gone = installs.map((install) => install.packages.filter(({ name }) => systemPackages.has(name)));
  const names = gone.flat().map(({ name }) => name);
  if (names.length === 0) return { edits: [], names };
  const isNothingLeft = installs.every((install, at) => gone[at]?.length === install.packages.length);
  const isAptAlone = commands.every(
    (command) => aptAction(command) !== undefined || command.words[0] === 'rm',
  );
  if (isNothingLeft && isAptAlone) {
    const { blockStart, range } = instruction.syntax;
    return { edits: [removeBlock(text, { start: blockStart, end: range.end })], names };
  }
  return { edits: installs.flatMap((install, at) => removeWords(install.command, gone[at] ?? [])), names };
}
