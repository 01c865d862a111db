import type { DockerfileModel } from '../model.ts';
import type { LintRule } from './rule.ts';
import { instructionsOf } from './visit.ts';

/** A command and its arguments in one word of a list, which no shell splits: `CMD ["python app.py"]`. */
export const oneWordCommand: LintRule = {
  id: 'one-word-command',
  severity: 'error',
  title: 'a command and its arguments in one word',
  check: ({ model }) =>
    instructionsOf(model, 'run', 'cmd', 'entrypoint').flatMap(({ syntax, stage }) => {
      const [program = '', ...rest] = syntax.json ?? [];
      const isProgram = isCommand(program) && (syntax.keyword !== 'cmd' || !mayHaveEntrypoint(model, stage));
      const option = rest.includes('-c') ? undefined : rest.find((word) => optionAndValue.test(word));
      if (!isProgram && option === undefined) return [];
      const fault = isProgram ? `no program is named "${program}"` : `"${option}" is the name of no option`;
      const message = `${fault}: write each word by itself, as no shell splits this one`;
      return [{ range: syntax.range, message }];
    }),
};

/** `--device gpu`; not `--name=a b`. */
const optionAndValue = /^--[a-z][\w-]*\s+\S/i;

/** `python app.py`, `/bin/sh /start.sh`; not `/opt/my app/run`, `C:\Program Files\run`. */
function isCommand(program: string): boolean {
  const [name = '', argument] = program.trim().split(/\s+/);
  const isPath = name.includes('/') && /^[^/]+\//.test(argument ?? '');
  return argument !== undefined && !isPath && !name.includes('\\');
}

/** Bases that are known to have none. */
const withoutEntrypoint = /^(?:docker\.io\/)?(?:library\/)?(?:python|debian|ubuntu|alpine|fedora)(?:[:@]|$)/;

function mayHaveEntrypoint(model: DockerfileModel, position: number): boolean {
  const stage = model.stages[position];
  if (stage === undefined) return true;
  const isHere = stage.instructions.some(({ syntax }) => syntax.keyword === 'entrypoint');
  if (isHere) return true;
  return stage.baseStage === undefined
    ? !withoutEntrypoint.test(stage.base)
    : mayHaveEntrypoint(model, stage.baseStage);
}
