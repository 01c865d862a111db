import type { Stage } from '../model.ts';
import { readPipInstall } from '../pip-command.ts';
import { externalBase, keptStages } from '../stage-chain.ts';
import { aptInstalls } from './apt-installs.ts';
import { type CudaReference, readCudaReference } from './cuda-reference.ts';
import { nativeBuild } from './native-builds.ts';
import {
  leave,
  nothingToDo,
  type ResolvedDockerfile,
  type Rewrite,
  type RewriteFacts,
  type RewriteProposal,
} from './rewrite.ts';
import { usedCommands } from './used-commands.ts';

/**
 * `nvidia/cuda:…-devel-…` → `-runtime-`, or `-base-` where the wheels bring CUDA's libraries, or the plain Ubuntu below it where the target is
 * a CPU; `pytorch/pytorch:…-devel` → `-runtime`; `tensorflow/tensorflow:…-gpu` → without. The operating system, its packages and its
 * Python stay the same (the tags of one version are built upon each other), and on a GPU so do the variables that its driver reads.
 */
export const cudaBase: Rewrite = {
  id: 'cuda-base',
  title: 'Run on the smallest CUDA base that is enough',
  risk: 'verify',
  propose(dockerfile, facts) {
    const stage = externalBase(dockerfile.model);
    const base = stage && readCudaReference(stage.base);
    if (stage === undefined || base === undefined) return nothingToDo;
    const written = readCudaReference(stage.baseAsWritten);
    const place = dockerfile.placeOf(stage.from);
    const change = changeOf({ dockerfile, facts, stage, base });
    if (change.kind === 'none') return nothingToDo;
    if (change.kind === 'leave') return leave(`${place}: ${stage.base} stays: ${change.because}`);
    if (written?.kind !== base.kind || written.hasCudnn !== base.hasCudnn)
      return leave(`${place}: the kind of the base ${stage.baseAsWritten} comes from a build argument`);
    return proposal(dockerfile, { stage, written, change });
  },
};

interface Question {
  readonly dockerfile: ResolvedDockerfile;
  readonly facts: RewriteFacts;
  readonly stage: Stage;
  readonly base: CudaReference;
}

type Change =
  | { readonly kind: 'none' }
  | { readonly kind: 'leave'; readonly because: string }
  | { readonly kind: 'runtime' | 'base' | 'plain'; readonly reason: string };

function changeOf(question: Question): Change {
  const { base, facts, stage } = question;
  const isCpu = facts.cuda?.device === 'cpu';
  if (base.image === 'tensorflow/tensorflow')
    return isCpu
      ? {
          kind: 'plain',
          reason: `${stage.base} carries the GPU build and CUDA; the tag without -gpu is the same TensorFlow for the CPU`,
        }
      : { kind: 'none' };
  const saying = commentThatSaysWhy(question);
  if (saying !== undefined) return { kind: 'leave', because: `a comment says why: "${saying}"` };
  if (base.image === 'nvidia/cuda' && isCpu) return toPlain(question);
  if (base.kind === 'base' || (base.kind === 'runtime' && base.image === 'pytorch/pytorch'))
    return { kind: 'none' };
  const atRunTime = facts.compilesAtRunTime ?? facts.cuda?.compilingAtRunTime[0];
  const doubt = base.kind === 'devel' ? compilerDoubt(question, atRunTime) : undefined;
  if (doubt !== undefined) return { kind: 'leave', because: doubt };
  if (base.image === 'nvidia/cuda' && isBaseEnough(question))
    return {
      kind: 'base',
      reason: `the wheels of ${facts.cuda?.broughtBy} bring CUDA's libraries themselves, and nothing was found that loads those of ${stage.base}`,
    };
  if (base.kind === 'runtime') return { kind: 'none' };
  return {
    kind: 'runtime',
    reason: `${stage.base} carries the CUDA compiler, headers and static libraries; its runtime variant has the same CUDA libraries without them${compilerCaution(question)}`,
  };
}

/** What still needs the compiler of a `-devel` image, in the stages that the target consists of. */
function compilerDoubt({ dockerfile, facts }: Question, atRunTime: string | undefined): string | undefined {
  if (atRunTime !== undefined) return `${atRunTime} compiles at run time`;
  const stages = keptStages(dockerfile.model);
  if (stages.some((one) => usedCommands(one).has('nvcc'))) return 'nvcc is called';
  return stages
    .map((one) => nativeBuild(one, facts, dockerfile.placeOf))
    .find((found) => found !== undefined);
}

/** A distribution without a wheel would miss the compiler: the build tells. */
function compilerCaution({ dockerfile }: Question): string {
  const commands = keptStages(dockerfile.model)
    .flatMap((stage) => stage.instructions)
    .flatMap((one) => one.commands ?? []);
  return commands.some((command) => readPipInstall(command) !== undefined)
    ? ' (this stage also installs distributions: one without a wheel would miss the compiler)'
    : '';
}

const systemCuda = /\/usr\/local\/cuda|\b(cuda|libcudnn|libnccl|libcublas|libnvinfer|tensorrt)[-\w]*\d/;

/** `base` has only CUDA's start-up library: enough where the wheels bring the others and nothing loads, builds on or names the system's. */
function isBaseEnough({ dockerfile, facts, base }: Question): boolean {
  const { cuda } = facts;
  if (cuda?.broughtBy === undefined || base.system === '') return false;
  if (cuda.systemUsers.length + cuda.compiledAtBuild.length + cuda.compilingAtRunTime.length > 0)
    return false;
  if (facts.compilesAtRunTime !== undefined) return false;
  const all = [
    ...keptStages(dockerfile.model),
    ...dockerfile.model.stages.filter((one) => readCudaReference(one.base)?.image === base.image),
  ];
  return all.every(
    (one) =>
      nativeBuild(one, facts, dockerfile.placeOf) === undefined &&
      !one.instructions.some(
        ({ syntax }) => syntax.keyword !== 'label' && systemCuda.test(withoutIndexes(syntax.value)),
      ),
  );
}

/** PyTorch's indexes have CUDA in their addresses: `…/whl/cu121`. */
function withoutIndexes(text: string): string {
  return text.replace(/https?:\/\/\S+/g, '');
}

/** The Ubuntu that an image of nvidia/cuda is built upon, for a CPU. */
function toPlain({ dockerfile, facts, stage, base }: Question): Change {
  const no = (because: string): Change => ({ kind: 'leave', because });
  if (!base.system.startsWith('ubuntu')) return no(`the image below it is no Ubuntu (${base.system})`);
  const stages = keptStages(dockerfile.model);
  if (base.kind === 'devel') {
    const build = stages
      .map((one) => nativeBuild(one, facts, dockerfile.placeOf))
      .find((one) => one !== undefined);
    if (build !== undefined) return no(build);
  }
  const named = stages
    .flatMap((one) => one.instructions)
    .find(
      ({ syntax }) => systemCuda.test(withoutIndexes(syntax.value)) || /\bnvidia-smi\b/.test(syntax.value),
    );
  if (named !== undefined) return no(`${dockerfile.placeOf(named.syntax)} names CUDA`);
  const gpg = stages.some((one) => ['gpg', 'apt-key', 'gpg2'].some((name) => usedCommands(one).has(name)));
  if (gpg) return no('gpg is called, which its keyring brings');
  if (aptInstalls(stage).length === 0)
    return no('no apt-get install there to which ca-certificates could be added, which it brings');
  return {
    kind: 'plain',
    reason: `on a CPU nothing loads CUDA; the image below ${stage.base} is the same Ubuntu with the same packages and Python without it`,
  };
}

const why =
  /\b(devel|nvcc|toolkit|compil\w*|header\w*|ptxas|cudnn)\b|\b(needs?|needed|requires?d?|must)\b.*\b(cuda|image|base|gpu)\b/i;

/** What a comment at the FROM says about the choice of the base. */
function commentThatSaysWhy({ stage, base, dockerfile }: Question): string | undefined {
  const [first] = stage.instructions;
  const near = [...stage.from.leadingComments, ...(first?.syntax.leadingComments ?? [])].filter(
    (comment) => why.test(comment) && !/^#\s*(FROM|syntax|escape)\b/i.test(comment),
  );
  // Of a builder on the same image, only what it says of running counts.
  const others = dockerfile.model.stages
    .filter((one) => one !== stage && readCudaReference(one.base)?.image === base.image)
    .flatMap((one) => one.from.leadingComments)
    .filter((comment) => why.test(comment) && /run[- ]?time|\bJIT\b|triton|inference/i.test(comment));
  return [...near, ...others][0]?.replace(/^#+\s*/, '').trim();
}

interface Found {
  readonly stage: Stage;
  readonly written: CudaReference;
  readonly change: Extract<Change, { readonly reason: string }>;
}

function proposal({ syntax }: ResolvedDockerfile, { stage, written, change }: Found): RewriteProposal {
  const start = syntax.text.indexOf(stage.baseAsWritten, stage.from.valueRange.start);
  if (start === -1) return nothingToDo;
  const range = { start, end: start + stage.baseAsWritten.length };
  const edits = [{ range, newText: newReference(stage.baseAsWritten, written, change.kind) }];
  const isPlainUbuntu = change.kind === 'plain' && written.image === 'nvidia/cuda';
  return {
    edits: [...edits, ...(isPlainUbuntu ? certificates(stage) : [])],
    reason: change.reason,
    leftAlone: [],
  };
}

function newReference(text: string, written: CudaReference, kind: 'runtime' | 'base' | 'plain'): string {
  if (written.image === 'pytorch/pytorch') return text.replace(/-devel$/, '-runtime');
  if (written.image === 'tensorflow/tensorflow') return text.replace(/-gpu((?:-py3)?(?:-jupyter)?)$/, '$1');
  if (kind === 'plain') return `ubuntu:${written.system.replace(/^ubuntu/, '')}`;
  const at = text.lastIndexOf(`-${written.kind}`);
  const before = text.slice(0, at).replace(kind === 'base' ? /-cudnn\d*$/ : /$^/, '');
  return `${before}-${kind}${text.slice(at + written.kind.length + 1)}`;
}

/** nvidia/cuda has certificate authorities, Ubuntu has none: without them HTTPS fails. */
function certificates(
  stage: Stage,
): { readonly range: { start: number; end: number }; readonly newText: string }[] {
  const installs = aptInstalls(stage);
  const isThere = installs.some(({ install }) =>
    install.packages.some(({ name }) => name === 'ca-certificates'),
  );
  const last = installs[0]?.install.packages.at(-1);
  return isThere || last === undefined
    ? []
    : [{ range: { start: last.range.end, end: last.range.end }, newText: ' ca-certificates' }];
}
