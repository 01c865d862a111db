import { posix } from 'node:path';
import type { DockerfileModel, Instruction, Stage } from '../model.ts';
import { argumentWords } from '../syntax/words.ts';
import type { LintRule, Violation } from './rule.ts';

// Programs that take a file, a module or options: what a shell is asked to run is none of them.
const programs =
  /^(?:(?:python|pypy)[\d.]*|uvicorn|gunicorn|hypercorn|streamlit|flask|celery|jupyter(?:-\w+)?|node|java|dotnet|ruby|php|perl)$/;

/** A CMD that its ENTRYPOINT does not get, or gets as the call of a shell. */
export const unreachedCmd: LintRule = {
  id: 'unreached-cmd',
  severity: 'error',
  title: 'a CMD that does not reach its ENTRYPOINT',
  check: ({ model }) =>
    model.stages.flatMap((stage) => {
      const cmd = lastOf(stage, 'cmd');
      const entryPoint = entryPointOf(model, stage);
      return cmd === undefined || entryPoint === undefined ? [] : violationsOf(cmd, entryPoint);
    }),
};

function violationsOf(
  { syntax: cmd }: Instruction,
  { syntax: entryPoint }: Instruction,
): readonly Violation[] {
  if (cmd.value === '' || cmd.json?.length === 0) return [];
  const { range } = cmd;
  if (entryPoint.json === undefined) {
    // `ENTRYPOINT exec app "$0" "$@"`
    const isUsed = entryPoint.value === '' || /\$\{?[\d@*]/.test(entryPoint.value);
    return isUsed
      ? []
      : [
          {
            range,
            message:
              'an ENTRYPOINT in shell form gets no arguments, so this CMD does nothing: write both as JSON lists',
          },
        ];
  }
  const program = posix.basename(argumentWords(entryPoint)[0]?.text ?? '');
  if (cmd.json !== undefined || !programs.test(program)) return [];
  return [
    {
      range,
      message: `${program} gets the arguments /bin/sh -c and this text: write CMD as a JSON list of its arguments`,
    },
  ];
}

/** Of a stage or those that it starts from; one of its own takes the CMD of those away. */
function entryPointOf(model: DockerfileModel, stage: Stage): Instruction | undefined {
  const base = stage.baseStage === undefined ? undefined : model.stages[stage.baseStage];
  return lastOf(stage, 'entrypoint') ?? (base === undefined ? undefined : entryPointOf(model, base));
}

function lastOf({ instructions }: Stage, keyword: string): Instruction | undefined {
  return instructions.findLast(({ syntax }) => syntax.keyword === keyword);
}
