import type { DockerfileModel, Stage } from '../model.ts';
import type { DockerfileSyntax } from '../syntax/syntax.ts';

const posix = /^(?:.*\/)?(?:ba|da|a|k|z)?sh(?:\.exe)?$/;

/**
 * The model without the commands of RUNs that `# hadolint shell=powershell` declares to be written for another shell. The comment holds
 * up to the end of its stage or the next SHELL; above the first FROM, for every stage.
 */
export function withoutForeignShells(model: DockerfileModel, { text }: DockerfileSyntax): DockerfileModel {
  if (!/hadolint\s+shell/.test(text)) return model;
  const pragmas = text.split(/\r?\n/).flatMap((line, at) => {
    const shell = /^\s*#\s*hadolint\s+shell\s*=\s*(\S+)/.exec(line)?.[1];
    return shell === undefined ? [] : [{ line: at + 1, isForeign: !posix.test(shell) }];
  });
  const firstFrom = model.stages[0]?.from.startLine ?? 0;
  const everywhere = pragmas.findLast(({ line }) => line < firstFrom);
  const isForeignAt = (stage: Stage, line: number): boolean => {
    const from = Math.max(
      stage.from.startLine,
      ...stage.instructions
        .filter(({ syntax }) => syntax.keyword === 'shell' && syntax.startLine < line)
        .map(({ syntax }) => syntax.startLine),
    );
    const own = pragmas.findLast((pragma) => pragma.line > from && pragma.line < line);
    return (own ?? (from === stage.from.startLine ? everywhere : undefined))?.isForeign === true;
  };
  return {
    ...model,
    stages: model.stages.map((stage) => ({
      ...stage,
      instructions: stage.instructions.map((instruction) =>
        instruction.commands !== undefined && isForeignAt(stage, instruction.syntax.startLine)
          ? { ...instruction, commands: undefined }
          : instruction,
      ),
    })),
  };
}
