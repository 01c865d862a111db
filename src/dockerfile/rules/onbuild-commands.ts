import type { DockerfileModel, Instruction, ShellCommand } from '../model.ts';
import { readShellScript } from '../shell-commands.ts';
import type { DockerfileSyntax } from '../syntax/syntax.ts';

/** The model with the commands of `ONBUILD RUN …`, which an image that starts from this one will run. */
export function withOnbuildCommands(model: DockerfileModel, { text }: DockerfileSyntax): DockerfileModel {
  const isThere = model.stages.some(({ instructions }) =>
    instructions.some(({ syntax }) => syntax.keyword === 'onbuild'),
  );
  if (!isThere) return model;
  return {
    ...model,
    stages: model.stages.map((stage) => ({
      ...stage,
      instructions: stage.instructions.map((instruction) => ({
        ...instruction,
        commands: instruction.commands ?? onbuildCommands(text, instruction),
      })),
    })),
  };
}

function onbuildCommands(text: string, { syntax, before }: Instruction): readonly ShellCommand[] | undefined {
  const run = /^run\s+(?=[^[\s-])/i.exec(syntax.value)?.[0];
  if (syntax.keyword !== 'onbuild' || run === undefined || syntax.heredocs.length > 0) return undefined;
  const inner = {
    ...syntax,
    keyword: 'run',
    value: syntax.value.slice(run.length),
    sourceOffsets: syntax.sourceOffsets.slice(run.length),
  };
  return readShellScript(text, inner, before.shell)?.commands;
}
