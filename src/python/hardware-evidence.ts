import { parseDocument, visit } from 'yaml';
import { gpuOnlyDistribution } from './hardware-variants.ts';
import type { PythonFile } from './import-scan.ts';
import { notebookCode } from './notebook.ts';
import {
  argumentsOf,
  childrenOf,
  dottedName,
  lineOf,
  type Node,
  stringValue,
  withPythonSyntax,
} from './python-syntax.ts';
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
  const weights = (side: 'gpu' | 'cpu'): readonly number[] =>
    evidence.filter((one) => one.speaksFor === side && one.weight > 1).map((one) => one.weight);
  const gpu = weights('gpu').reduce((sum, weight) => sum + weight, 0);
  const isCpuCertain = weights('cpu').includes(3);
  if (gpu >= 3) return isCpuCertain ? 'unclear' : 'gpu';
  return gpu === 0 || isCpuCertain ? 'cpu' : 'unclear';
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

interface Sign {
  readonly node: Node;
  readonly weight: 1 | 2 | 3;
  readonly reason: string;
  readonly speaksFor?: 'cpu';
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
    collect(root, false, (sign, isGuarded) => {
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

const guardText =
  /is_available\(\)|is_built_with_cuda|is_gpu_available|list_physical_devices|device_count\(\)|get_available_providers|get_device\(\)|\b(use|has|is|on)_?(cuda|gpu)\b|\b(cuda|gpu)_(available|enabled)\b|USE_(CUDA|GPU)/i;

function collect(node: Node, isGuarded: boolean, report: (sign: Sign, isGuarded: boolean) => void): void {
  const sign = signOf(node);
  if (sign) report(sign, isGuarded);
  const condition = guardCondition(node);
  for (const child of childrenOf(node)) collect(child, isGuarded || condition, report);
}

// The condition itself asks, it does not use; a `try` whose handler goes on has another way too.
function guardCondition(node: Node): boolean {
  if (node.type === 'if_statement' || node.type === 'elif_clause') {
    return guardText.test(node.childForFieldName('condition')?.text ?? '');
  }
  if (node.type === 'conditional_expression') return guardText.test(node.namedChild(1)?.text ?? '');
  return node.type === 'boolean_operator' && guardText.test(node.text);
}

const cudaDevice = /^cuda(:\d+)?$/;

function signOf(node: Node): Sign | undefined {
  if (node.type === 'call') return callSign(node);
  if (node.type === 'keyword_argument') return keywordSign(node);
  if (node.type === 'assignment') {
    const value = node.childForFieldName('right');
    const text = value && stringValue(value)?.text;
    if (/device/i.test(node.childForFieldName('left')?.text ?? '') && text && cudaDevice.test(text)) {
      return { node, weight: 3, reason: 'a device that is always CUDA' };
    }
  }
  if (node.type === 'string') {
    const text = stringValue(node)?.text ?? '';
    if (/CUDAExecutionProvider|TensorrtExecutionProvider/.test(text)) return providerSign(node);
    if (/\bnvidia-smi\b/.test(text)) return { node, weight: 1, reason: 'asks the NVIDIA driver' };
  }
  return undefined;
}

// ["CUDAExecutionProvider", "CPUExecutionProvider"] falls back by itself.
function providerSign(node: Node): Sign {
  const list = node.parent?.type === 'tuple' ? node.parent.parent : node.parent;
  return list?.text.includes('CPUExecutionProvider')
    ? { node, weight: 1, reason: 'prefers the GPU provider of ONNX Runtime, with the CPU behind it' }
    : { node, weight: 2, reason: 'asks for the GPU provider of ONNX Runtime' };
}

function callSign(node: Node): Sign | undefined {
  const callee = node.childForFieldName('function');
  const name = callee?.type === 'attribute' ? callee.childForFieldName('attribute')?.text : callee?.text;
  const dotted = dottedName(callee) ?? '';
  const first = argumentsOf(node).positional[0];
  const device = first && stringValue(first)?.text;
  if (callee?.type === 'attribute' && name === 'cuda')
    return { node, weight: 3, reason: 'moves to the GPU unasked' };
  if ((name === 'to' || name === 'to_device') && device !== undefined && cudaDevice.test(device)) {
    return { node, weight: 3, reason: 'moves to the GPU unasked' };
  }
  if (name === 'device' && device !== undefined && cudaDevice.test(device)) {
    return { node, weight: 3, reason: 'a device that is always CUDA' };
  }
  if (/^torch\.cuda\./.test(dotted)) return cudaApiSign(node, dotted);
  if (/(^|\.)tf\.(config|test)\./.test(dotted) && /gpu/i.test(node.text)) {
    return { node, weight: 1, reason: 'asks TensorFlow for GPUs' };
  }
  return undefined;
}

const asking =
  /^torch\.cuda\.(is_available|device_count|is_initialized|is_bf16_supported|empty_cache|manual_seed(_all)?|ipc_collect)$/;

function cudaApiSign(node: Node, dotted: string): Sign | undefined {
  if (dotted === 'torch.cuda.is_available') return undefined;
  if (asking.test(dotted)) return { node, weight: 1, reason: 'does nothing without a GPU' };
  if (/^torch\.cuda\.amp\./.test(dotted))
    return { node, weight: 1, reason: 'mixed precision, off without a GPU' };
  return { node, weight: 2, reason: 'uses the CUDA interface of torch' };
}

function keywordSign(node: Node): Sign | undefined {
  const name = node.childForFieldName('name')?.text ?? '';
  const value = node.childForFieldName('value');
  const text = value ? stringValue(value)?.text : undefined;
  if (
    /^(device|device_type|device_map|map_location|accelerator|tree_method|predictor|task_type)$/.test(name)
  ) {
    if (text === undefined)
      return name === 'device' && value?.type === 'integer' ? deviceNumber(node, value) : undefined;
    if (cudaDevice.test(text)) return { node, weight: 3, reason: 'a device that is always CUDA' };
    if (/^(gpu|gpu_hist|gpu_predictor|GPU)$/.test(text))
      return { node, weight: 2, reason: 'asks for the GPU by option' };
    if (name === 'device_map')
      return { node, weight: 1, reason: 'spreads a model over what devices there are' };
    if (text === 'cpu') return { node, weight: 1, reason: 'names the CPU', speaksFor: 'cpu' };
  }
  if (/^(load_in_8bit|load_in_4bit)$/.test(name) && value?.text === 'True') {
    return { node, weight: 2, reason: 'quantisation by bitsandbytes' };
  }
  if (
    /^(n_gpu_layers|num_gpus|gpus|tensor_parallel_size)$/.test(name) &&
    /^-?[1-9]/.test(value?.text ?? '')
  ) {
    return { node, weight: 2, reason: 'asks for GPUs by number' };
  }
  return undefined;
}

// transformers: pipeline(device=0) is the first GPU, -1 the CPU.
function deviceNumber(node: Node, value: Node): Sign | undefined {
  return Number(value.text) >= 0 ? { node, weight: 2, reason: 'a GPU by number' } : undefined;
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
