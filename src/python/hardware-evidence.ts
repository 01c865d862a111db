import { parseDocument, visit } from 'yaml';
import { collectHardwareSigns } from './hardware-signs.ts';
import { gpuOnlyDistribution } from './hardware-variants.ts';
import type { PythonFile } from './import-scan.ts';
import { notebookCode } from './notebook.ts';
import { lineOf, withPythonSyntax } from './python-syntax.ts';
import { sourceRole } from './source-role.ts';

/** One sign of the hardware that a project is made for. */
export interface HardwareEvidence {
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  /** The text that speaks, as written, shortened. */
  readonly text: string;
  readonly speaksFor: 'gpu' | 'cpu';
  /** 3: does not make sense without; 2: strong; 1: a hint, or a use that has a way without. */
  readonly weight: 1 | 2 | 3;
  readonly reason: string;
}

/** Everything that may tell, as plain values. */
export interface HardwareInput {
  readonly sources: readonly PythonFile[];
  /** Paths that the served program reaches; signs in others count as hints. All count when absent. */
  readonly servedPaths?: ReadonlySet<string>;
  readonly compose?: readonly PythonFile[];
  /** Instructions of the Dockerfile that tell: FROM, ENV, ARG, RUN, CMD, ENTRYPOINT, with their line. */
  readonly dockerfile?: readonly { readonly file: string; readonly line: number; readonly text: string }[];
  /** Distributions by normalised name, and option lines (index URLs) with an empty name. */
  readonly requirements?: readonly {
    readonly file: string;
    readonly line: number;
    readonly name: string;
    readonly text: string;
  }[];
}

/** For which hardware a project is made, with the reasons. */
export interface HardwareVerdict {
  /** `unclear`: signs for a GPU that alone do not decide, or signs for both. */
  readonly verdict: 'gpu' | 'cpu' | 'unclear';
  /** Heaviest first. */
  readonly evidence: readonly HardwareEvidence[];
}

/**
 * Decides between GPU and CPU by evidence: one certain sign or two strong ones say GPU; a certain sign for each side,
 * or a single strong one, is unclear; hints alone (an `is_available()` guard with a way for the CPU) say CPU.
 */
export async function hardwareEvidence(input: HardwareInput): Promise<HardwareVerdict> {
  const evidence: HardwareEvidence[] = [];
  for (const file of input.sources) evidence.push(...(await sourceEvidence(file, input.servedPaths)));
  for (const file of input.compose ?? []) evidence.push(...composeEvidence(file));
  for (const line of input.dockerfile ?? []) evidence.push(...dockerfileEvidence(line));
  for (const line of input.requirements ?? []) evidence.push(...requirementEvidence(line));
  evidence.sort((a, b) => b.weight - a.weight || compare(a.file, b.file) || a.line - b.line);
  return { verdict: judge(evidence), evidence };
}

function judge(evidence: readonly HardwareEvidence[]): HardwareVerdict['verdict'] {
  // The base to build on and the base to run on are one sign, however many stages start from them.
  const bases = evidence.filter((one) => /^FROM\b/i.test(one.text));
  const signs = evidence.filter((one) => !bases.slice(1).includes(one));
  const weights = (side: 'gpu' | 'cpu'): readonly number[] =>
    signs.filter((one) => one.speaksFor === side && one.weight > 1).map((one) => one.weight);
  const gpu = weights('gpu').reduce((sum, weight) => sum + weight, 0);
  const isCpuCertain = weights('cpu').includes(3);
  if (gpu >= 3) return isCpuCertain ? 'unclear' : 'gpu';
  return gpu === 0 || isCpuCertain ? 'cpu' : 'unclear';
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

async function sourceEvidence(
  file: PythonFile,
  served: ReadonlySet<string> | undefined,
): Promise<HardwareEvidence[]> {
  const role = sourceRole(file.path);
  if (role === 'test' || role === 'tooling') return [];
  const code = file.path.endsWith('.ipynb') ? notebookCode(file.text) : file.text;
  if (code === undefined || !/cuda|gpu|nvidia|device|tensorrt|load_in_/i.test(code)) return [];
  const isServed = role === 'application' && (served === undefined || served.has(file.path));
  return withPythonSyntax(code, (root) => {
    const found: HardwareEvidence[] = [];
    collectHardwareSigns(root, false, (sign, isGuarded) => {
      const weight = isGuarded || !isServed ? 1 : sign.weight;
      const reason = isGuarded
        ? `${sign.reason}, with a way for the CPU`
        : isServed
          ? sign.reason
          : `${sign.reason}, outside of the served program`;
      const text = shorten(sign.node.text);
      found.push({
        file: file.path,
        line: lineOf(sign.node),
        text,
        speaksFor: sign.speaksFor ?? 'gpu',
        weight,
        reason,
      });
    });
    return found;
  });
}

function composeEvidence(file: PythonFile): HardwareEvidence[] {
  const document = parseDocument(file.text);
  const found: HardwareEvidence[] = [];
  const add = (offset: number, reason: string): void => {
    const line = file.text.slice(0, offset).split('\n').length;
    const text = shorten(file.text.split('\n')[line - 1] ?? '');
    found.push({ file: file.path, line, text, speaksFor: 'gpu', weight: 3, reason });
  };
  visit(document, {
    Pair(_, pair) {
      // A pair's key in a parsed document is a scalar node with a range; anything else has none to point at.
      const key = pair.key as { value?: unknown; range?: readonly number[] | null };
      const value = String((pair.value as { toJSON?: () => unknown } | null)?.toJSON?.() ?? '');
      const at = key.range?.[0] ?? 0;
      if (key.value === 'gpus' && value !== '0') add(at, 'compose gives it GPUs');
      else if (key.value === 'runtime' && value === 'nvidia')
        add(at, 'compose runs it on the NVIDIA runtime');
      else if (key.value === 'capabilities' && /\bgpu\b/.test(value)) add(at, 'compose reserves GPUs');
    },
    Scalar(_, node) {
      if (typeof node.value === 'string' && /^nvidia\.com\/gpu/.test(node.value)) {
        add(node.range?.[0] ?? 0, 'compose passes a GPU in');
      }
    },
  });
  return found;
}

const dockerfileSigns: readonly (readonly [RegExp, 1 | 2 | 3, string, 'gpu' | 'cpu'])[] = [
  [
    /^FROM\b.*\b(nvidia\/cuda|nvcr\.io\/nvidia\/(pytorch|tensorflow|tritonserver|cuda)|rocm\/)/i,
    2,
    'a GPU base image',
    'gpu',
  ],
  [/^FROM\b.*(pytorch\/pytorch|tensorflow\/tensorflow)\S*(cuda|gpu)/i, 2, 'a GPU base image', 'gpu'],
  [/^FROM\b.*huggingface\/transformers-(pytorch|all-latest-torch)\S*-gpu/i, 2, 'a GPU base image', 'gpu'],
  [/\bCUDA_VISIBLE_DEVICES[= ]["']?(-1|["'\s]|$)/, 3, 'hides every GPU', 'cpu'],
  [/\bNVIDIA_(VISIBLE_DEVICES|DRIVER_CAPABILITIES)\b/, 2, 'is set for the NVIDIA runtime', 'gpu'],
  [/\b(CUDA_HOME|TORCH_CUDA_ARCH_LIST|FORCE_CUDA|CUDNN_VERSION)\b/, 2, 'is set for CUDA', 'gpu'],
  [/\b(nvidia-cuda-toolkit|cuda-toolkit|libcudnn|cuda-runtime|nvidia-driver)/, 2, 'installs CUDA', 'gpu'],
  [/download\.pytorch\.org\/whl\/(cu\d+|rocm)/, 3, 'asks for the GPU build of torch', 'gpu'],
  [/download\.pytorch\.org\/whl\/cpu/, 3, 'asks for the CPU build of torch', 'cpu'],
];

function dockerfileEvidence(line: { file: string; line: number; text: string }): HardwareEvidence[] {
  return dockerfileSigns
    .filter(([pattern]) => pattern.test(line.text))
    .slice(0, 1)
    .map(([, weight, reason, speaksFor]) => ({
      ...line,
      text: shorten(line.text),
      speaksFor,
      weight,
      reason,
    }));
}

function requirementEvidence(line: {
  file: string;
  line: number;
  name: string;
  text: string;
}): HardwareEvidence[] {
  const place = { file: line.file, line: line.line, text: shorten(line.text) };
  const gpuOnly = gpuOnlyDistribution(line.name);
  if (gpuOnly) return [{ ...place, speaksFor: 'gpu', weight: gpuOnly.weight, reason: gpuOnly.reason }];
  if (/\+cpu\b|\/whl\/cpu\b/.test(line.text) || /-cpu$/.test(line.name)) {
    return [{ ...place, speaksFor: 'cpu', weight: 3, reason: 'asks for a CPU build' }];
  }
  if (/\+(cu\d+|rocm)|\/whl\/(cu\d+|rocm)/.test(line.text)) {
    return [{ ...place, speaksFor: 'gpu', weight: 2, reason: 'asks for a GPU build' }];
  }
  if (/^(jax|tensorflow)$/.test(line.name) && /\[[^\]]*cuda/.test(line.text)) {
    return [{ ...place, speaksFor: 'gpu', weight: 2, reason: 'asks for a GPU build' }];
  }
  return [];
}

function shorten(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > 100 ? `${line.slice(0, 99)}…` : line;
}
