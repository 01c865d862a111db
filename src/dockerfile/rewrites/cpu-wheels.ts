import type { Instruction } from '../model.ts';
import { type PipInstall, readPipInstall } from '../pip-command.ts';
import { shippedStages } from '../stage-chain.ts';
import type { TextEdit } from '../syntax/syntax.ts';
import { distributionName } from './production-requirements.ts';
import {
  nothingToDo,
  type ResolvedDockerfile,
  type Rewrite,
  type RewriteFacts,
  type RewriteProposal,
} from './rewrite.ts';

const cpuIndex = 'https://download.pytorch.org/whl/cpu';
const cudaIndex =
  /^--(extra-)?index-url=(https:\/\/download\.pytorch\.org\/whl\/)(nightly\/)?cu\d+\/?$|^--(extra-)?index-url=https:\/\/download\.pytorch\.org\/whl\/(nightly\/)?cu\d+\/?$/;

/**
 * Installs torch and its family from PyTorch's CPU index in a step of its own, before everything else; pip then finds
 * them satisfied. Not `--extra-index-url`: that compares versions across indexes and can pick the CUDA build.
 */
export const cpuWheels: Rewrite = {
  id: 'cpu-wheels',
  title: 'Install the CPU build of PyTorch',
  risk: 'verify',
  propose(dockerfile, facts) {
    const { model } = dockerfile;
    const installs = shippedStages(model)
      .flatMap((stage) => stage.instructions)
      .flatMap(installsOf);
    const renamed = installs.flatMap(({ install }) => renameRequirements(install, facts));
    const torch = proposeTorch(installs, dockerfile, facts);
    const edits = [...torch.edits, ...renamed.map(({ edit }) => edit)];
    if (edits.length === 0) return torch;
    const reasons = [
      ...(torch.reason === '' ? [] : [torch.reason]),
      ...(renamed.length === 0
        ? []
        : [`${renamed.map(({ shown }) => shown).join(', ')}: nothing needs the GPU build`]),
    ];
    return {
      edits,
      reason: reasons.join('; '),
      leftAlone: torch.leftAlone,
      title: cpuTitle([
        ...(torch.edits.length === 0 ? [] : ['PyTorch']),
        ...renamed.map(({ shown }) => distributionName(shown)),
      ]),
    };
  },
};

/** `Install the CPU build of PyTorch, xgboost`. */
export function cpuTitle(names: readonly string[]): string {
  return `Install the CPU build of ${[...new Set(names)].join(', ')}`;
}

function proposeTorch(
  installs: readonly PlacedInstall[],
  { syntax }: ResolvedDockerfile,
  facts: RewriteFacts,
): RewriteProposal {
  const wheels = facts.cpuWheels;
  if (wheels === undefined) return nothingToDo;
  const swapped = installs.flatMap(({ install }) => swapIndex(install, wheels.requirements));
  const reason = `the default wheels carry CUDA libraries of several GB; ${wheels.evidence}`;
  if (swapped.length > 0) return { edits: swapped, reason, leftAlone: [] };
  if (installs.some(({ install }) => usesCpuIndex(install))) return nothingToDo;
  const first = installs.find(({ install }) => bringsDependencies(install));
  if (first === undefined) return nothingToDo;
  const eol = syntax.text.includes('\r\n') ? '\r\n' : '\n';
  const at = first.instruction.syntax.blockStart;
  const pip = first.install.command.words.slice(0, first.install.firstArgument).join(' ');
  // The installation that follows has to find it where it installs itself.
  const kept = first.install.options.filter(({ text }) => carriedOptions.test(text));
  const options = kept.map(({ range }) => ` ${syntax.text.slice(range.start, range.end)}`).join('');
  const newText =
    `# The CPU build of PyTorch, from its own index: no CUDA libraries.${eol}` +
    `ARG PYTORCH_INDEX_URL=${cpuIndex}${eol}` +
    `RUN ${pip}${options} --index-url "$PYTORCH_INDEX_URL" ${wheels.requirements.map(quoteRequirement).join(' ')}${eol}${eol}`;
  return { edits: [{ range: { start: at, end: at }, newText }], reason, leftAlone: [] };
}

const carriedOptions =
  /^(--no-cache-dir|--no-cache|--user|--system|--break-system-packages|--no-warn-script-location|(--prefix|--root|--target|-t|--python|-p|--root-user-action)=.*)$/;

/** `pip install onnxruntime-gpu` → `onnxruntime`, where it is named in the RUN itself. */
function renameRequirements(
  install: PipInstall,
  { cpuRequirement }: RewriteFacts,
): { readonly edit: TextEdit; readonly shown: string }[] {
  if (cpuRequirement === undefined || install.options.some(({ text }) => text === '--no-deps')) return [];
  return install.requirements.flatMap(({ text, range }) => {
    const to = cpuRequirement(text);
    return to === undefined || to === text
      ? []
      : [{ edit: { range, newText: quoteRequirement(to) }, shown: `${text} → ${to}` }];
  });
}

interface PlacedInstall {
  readonly instruction: Instruction;
  readonly install: PipInstall;
}

function installsOf(instruction: Instruction): PlacedInstall[] {
  return (instruction.commands ?? []).flatMap((command) => {
    const install = readPipInstall(command);
    return install === undefined ? [] : [{ instruction, install }];
  });
}

/** Not `pip install --upgrade pip`, and not `pip install poetry`. */
function bringsDependencies(install: PipInstall): boolean {
  const own = new Set(['pip', 'setuptools', 'wheel', 'uv', 'virtualenv', 'poetry', 'pdm', 'pipenv', 'hatch']);
  return (
    install.requirementFiles.length + install.localPaths.length > 0 ||
    install.requirements.some((word) => !own.has(distributionName(word.text)))
  );
}

/** Does it install from PyTorch's index of CPU builds, or ask for such a build? */
export function usesCpuIndex(install: PipInstall): boolean {
  if (install.requirements.some(({ text }) => /\+cpu\b/.test(text))) return true;
  return install.options.some((option) => /\/whl\/cpu\/?$|PYTORCH_INDEX_URL/.test(option.text));
}

/** `pip install torch --index-url …/whl/cu121` → `…/whl/cpu`, the pinned `+cu121` taken off. */
function swapIndex(install: PipInstall, requirements: readonly string[]): TextEdit[] {
  const option = install.options.find((one) => cudaIndex.test(one.text));
  const names = requirements.map(distributionName);
  const pins = install.requirements.filter(
    (word) => names.includes(distributionName(word.text)) && /\+cu\d+/.test(word.text),
  );
  if (option === undefined) return swapLinks(install, pins);
  return [
    { range: option.range, newText: `--index-url ${cpuIndex}` },
    ...pins.map((word) => ({
      range: word.range,
      newText: quoteRequirement(word.text.replace(/\+cu\d+/, '')),
    })),
  ];
}

/** A page with the wheels of all builds, which the part behind `+` tells apart. */
const findLinks =
  /^(-f|--find-links)=https:\/\/download\.pytorch\.org\/whl\/((cpu|cu\d+)\/)?torch_stable\.html$/;

/** `torch==1.8.1+cu101 -f …/torch_stable.html` → `torch==1.8.1+cpu`. */
function swapLinks(install: PipInstall, pins: PipInstall['requirements']): TextEdit[] {
  const page = install.options.find((one) => findLinks.test(one.text));
  if (page === undefined || pins.length === 0) return [];
  // Its companions are built for the same: torchvision for CUDA does not load beside torch for the CPU.
  const all = install.requirements.filter((word) => /\+cu\d+/.test(word.text));
  return [
    ...all.map((word) => ({
      range: word.range,
      newText: quoteRequirement(word.text.replace(/\+cu\d+/, '+cpu')),
    })),
    ...(/\/cu\d+\//.test(page.text)
      ? [{ range: page.range, newText: `-f ${cpuIndex}/torch_stable.html` }]
      : []),
  ];
}

/** A requirement as a word of a shell. */
export function quoteRequirement(requirement: string): string {
  return /^[\w.=+-]+$/.test(requirement) ? requirement : `"${requirement.replaceAll('"', "'")}"`;
}
