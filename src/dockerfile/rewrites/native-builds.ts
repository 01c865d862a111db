import { posix } from 'node:path';
import { readAptInstall } from '../apt-command.ts';
import type { Instruction, ShellCommand, Stage } from '../model.ts';
import { hasPipOption, readPipInstall } from '../pip-command.ts';
import { readProjectInstall } from '../project-tool-command.ts';
import type { ResolvedDockerfile, RewriteFacts } from './rewrite.ts';

const compilers = new Set([
  'nvcc', 'make', 'gmake', 'cmake', 'ninja', 'meson', 'bazel', 'gcc', 'g++', 'cc', 'c++', 'clang', 'clang++', 'cargo', 'rustc', 'go',
  'configure', 'cythonize', 'catkin_make', 'colcon',
]); // biome-ignore format: a list
const otherInstallers = new Set(['conda', 'mamba', 'micromamba', 'pixi', 'mim', 'pipx', 'spack', 'hatch']);
const shells = new Set(['sh', 'bash', 'dash', 'zsh', 'source', '.']);
const compilerVariables =
  /(?:^|\s)(?:export\s+)?(CUDA_HOME|CUDA_ROOT|CUDACXX|TORCH_CUDA_ARCH_LIST|FORCE_CUDA|NVCC\w*|TORCH_NVCC_FLAGS|CMAKE_\w+|MAX_JOBS|TCNN_\w+|DS_BUILD_\w+|FLASH_ATTENTION\w*|CPATH|LIBRARY_PATH)[= ]/;

/** What in a stage may call a compiler of its base, or calls something that is not read here; in words for the user, undefined when nothing does. */
export function nativeBuild(
  stage: Stage,
  facts: RewriteFacts,
  placeOf: ResolvedDockerfile['placeOf'],
): string | undefined {
  const installs = stage.instructions.some((one) =>
    one.commands?.some(
      (command) => readPipInstall(command) !== undefined || readProjectInstall(command) !== undefined,
    ),
  );
  if (installs && facts.cuda === undefined)
    return `the stage installs distributions that may need the compiler of ${stage.base}`;
  const [compiled] = facts.cuda?.compiledAtBuild ?? [];
  if (installs && compiled !== undefined)
    return `${compiled} may be compiled with the compiler of ${stage.base} when it is installed`;
  for (const instruction of stage.instructions) {
    const found = buildOf(instruction);
    if (found !== undefined) return `${placeOf(instruction.syntax)}: ${found}`;
  }
  return undefined;
}

function buildOf({ syntax, commands }: Instruction): string | undefined {
  if (syntax.keyword === 'onbuild') return 'ONBUILD acts in images built from this one';
  if (!['run', 'env', 'arg'].includes(syntax.keyword)) return undefined;
  const variable = compilerVariables.exec(syntax.value)?.[1];
  if (variable !== undefined) return `${variable} is set, which compilations read`;
  if (syntax.keyword !== 'run') return undefined;
  if (commands === undefined) return 'what this RUN does is not understood';
  for (const command of commands) {
    const found = buildOfCommand(command);
    if (found !== undefined) return found;
  }
  return undefined;
}

function buildOfCommand(command: ShellCommand): string | undefined {
  const [word = '', ...rest] = command.words;
  const program = posix.basename(word);
  if (compilers.has(program)) return `${program} compiles`;
  if (otherInstallers.has(program) || readProjectInstall(command) !== undefined)
    return `${program} installs what is not read here`;
  if (shells.has(program) || /\.sh$/.test(program))
    return `the script that \`${word}\` runs is not read here`;
  if (rest.includes('setup.py') || program === 'setup.py') return 'setup.py may compile';
  const tool = readAptInstall(command)?.packages.find(({ name }) =>
    /^(cmake|ninja-build|cuda-nvcc.*|nvidia-cuda-toolkit)$/.test(name),
  );
  if (tool !== undefined) return `${tool.name} is installed, with which something is compiled`;
  const pip = readPipInstall(command);
  if (pip === undefined) return undefined;
  const source = [...pip.localPaths, ...pip.requirements].find(
    ({ text }) =>
      !text.includes('.whl') &&
      (pip.localPaths.some((one) => one.text === text) || /:\/\/|^git\+/.test(text)),
  );
  if (source !== undefined) return `\`${source.text}\` is installed from source and may be compiled`;
  return hasPipOption(
    pip,
    '--no-build-isolation',
    '--no-binary',
    '--global-option',
    '--config-settings',
    '-C',
  )
    ? 'pip is told how to compile'
    : undefined;
}
