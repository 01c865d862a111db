import { posix } from 'node:path';
import type { DockerfileModel, Instruction, ShellCommand, Stage } from '../model.ts';
import { commandsIn, programOf } from '../programs.ts';
import { rootBase } from '../stage-chain.ts';
import type { TextEdit } from '../syntax/syntax.ts';
import { ancestors } from './apt-mounts.ts';
import { type CopiedEnvironment, findCopiedEnvironment } from './copied-environment.ts';
import { isAllThere } from './heavy-install.ts';
import { proposeFlag } from './prune-site-packages.ts';
import { readPythonBase } from './python-base.ts';
import { leave, nothingToDo, type Rewrite } from './rewrite.ts';
import { projectInstalls } from './tool-environment-path.ts';

/**
 * The environment goes without a pip of its own: the one of the base image serves it (`PIP_PYTHON`, pip 22.3), so that `pip list` in the container
 * says what is installed in the environment.
 */
export const basePip: Rewrite = {
  id: 'base-pip',
  title: 'Let the pip of the base image serve the environment',
  risk: 'verify',
  propose(dockerfile, facts) {
    const { model, syntax, placeOf } = dockerfile;
    const environment = findCopiedEnvironment(model);
    const target = model.stages[model.target];
    const { installerNeeds } = facts;
    if (environment === undefined || target === undefined || installerNeeds === undefined) return nothingToDo;
    if (target.after.env['PIP_PYTHON'] !== undefined || !hasInstallers(environment, model))
      return nothingToDo;
    const base = rootBase(model, target);
    if (!hasNewPip(base))
      return leave(`the environment keeps its pip: that of ${base} may be missing, or older than 22.3`);
    const user = pipUser(environment, model);
    const because = user === undefined ? installerNeeds.pip : `${placeOf(user.syntax)} needs it`;
    if (because !== undefined) return leave(`the environment keeps its pip: ${because}`);
    const kept = installerNeeds.modules.map((name) => ` --keep ${name}`).join('');
    const pruning = proposeFlag(dockerfile, facts, {
      flag: `--installers${kept}`,
      reason:
        'the base image has a pip, which installs into any environment and lists it; nothing runs one there',
    });
    if (pruning.edits.length === 0) return nothingToDo;
    const edits = [...pruning.edits, ...checkedWithout(environment), toldToPip(environment, syntax.text)];
    return { ...pruning, edits };
  },
};

/** Official images of Python 3.11 came with pip 22.3 or newer from the first on; those of 3.8 to 3.10 have it as long as no patch release is pinned. */
function hasNewPip(base: string): boolean {
  const python = readPythonBase(base);
  if (python === undefined) return false;
  const isNewest = python.version === '' || python.version === '3';
  const [, minor, patch] = /^3\.(\d+)(\.\d+|-?rc.*|[ab]\d+)?$/.exec(python.version) ?? [];
  if (minor !== undefined && Number(minor) >= 11) return true;
  const isMoving = patch === undefined && !python.isPinnedByDigest;
  return isMoving && (isNewest || (minor !== undefined && Number(minor) >= 8));
}

/** Environments of uv and PDM come without pip and setuptools, unless they are asked for. */
function hasInstallers({ builder }: CopiedEnvironment, model: DockerfileModel): boolean {
  const instructions = [builder, ...ancestors(builder, model)].flatMap((stage) => stage.instructions);
  const commands = instructions.flatMap(commandsIn);
  const makesItself = (command: ShellCommand): boolean =>
    command.words.some((word) => /^(venv|virtualenv)$/.test(word)) && !/^(uv|pdm)$/.test(programOf(command));
  const asks = ({ words }: ShellCommand): boolean => words.some((word) => /^--(seed|with-pip)$/.test(word));
  const tools = instructions.flatMap(projectInstalls).map(({ tool }) => tool);
  const comesWithout = tools.some((tool) => tool === 'uv' || tool === 'pdm');
  return !comesWithout || commands.some((command) => makesItself(command) || asks(command));
}

/** The first instruction that runs or names pip where the environment has none: behind the installations, and in all stages that grow from there. */
function pipUser(environment: CopiedEnvironment, model: DockerfileModel): Instruction | undefined {
  const { builder, lastInstall } = environment;
  const target = model.stages[model.target];
  const isAffected = (stage: Stage): boolean =>
    [stage, ...ancestors(stage, model)].some((one) => one === builder || one === target);
  return model.stages
    .filter(isAffected)
    .flatMap((stage) =>
      stage === builder
        ? stage.instructions.slice(stage.instructions.indexOf(lastInstall) + 1)
        : stage.instructions,
    )
    .find(namesPip);
}

function namesPip(instruction: Instruction): boolean {
  const { keyword, value, json } = instruction.syntax;
  if (keyword === 'run') return instruction.commands === undefined || commandsIn(instruction).some(runsPip);
  return (
    ['cmd', 'entrypoint', 'healthcheck', 'onbuild'].includes(keyword) &&
    /(^|[\s/"'(;&|])pip[\d.]*(?=$|[\s"';&|)])/.test(json?.join(' ') ?? value)
  );
}

/** `pip list`, `python -m pip`, `xargs pip install`. */
function runsPip({ words }: ShellCommand): boolean {
  return words.some((word, at) => {
    const name = posix.basename(word);
    return (
      /^pip[\d.]*$/.test(name) && (at === 0 || words[at - 1] === '-m' || !/^-/.test(words[at - 1] ?? ''))
    );
  });
}

/** Where a step stands between two layers, the stage that divides them looks for distributions that were exchanged: what goes here was not. */
function checkedWithout({ copiedFrom, path }: CopiedEnvironment): readonly TextEdit[] {
  const check = isAllThere(path, false);
  return copiedFrom.instructions.flatMap(({ syntax: { value, sourceOffsets } }) => {
    const start = sourceOffsets[value.indexOf(check)];
    return start === undefined
      ? []
      : [{ range: { start, end: start + check.length }, newText: isAllThere(path, true) }];
  });
}

/** Behind the COPY of the environment. */
function toldToPip({ copy, path }: CopiedEnvironment, text: string): TextEdit {
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const { end } = copy.syntax.range;
  return {
    range: { start: end, end },
    newText: `${eol}# The pip of the base image serves the environment.${eol}ENV PIP_PYTHON=${path}/bin/python`,
  };
}
