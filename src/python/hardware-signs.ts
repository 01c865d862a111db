import { argumentsOf, childrenOf, dottedName, type Node, stringValue } from './python-syntax.ts';

/** A place in Python source that tells of the hardware. */
export interface HardwareSign {
  readonly node: Node;
  readonly weight: 1 | 2 | 3;
  readonly reason: string;
  readonly speaksFor?: 'cpu';
}

const guardText =
  /is_available\(\)|is_built_with_cuda|is_gpu_available|list_physical_devices|device_count\(\)|get_available_providers|get_device\(\)|\b(use|has|is|on)_?(cuda|gpu)\b|\b(cuda|gpu)_(available|enabled)\b|USE_(CUDA|GPU)/i;

/**
 * Reports every sign of a GPU below `node`, parents first, and whether it stands behind a question for one
 * (`if torch.cuda.is_available()`, `"cuda" if … else "cpu"`).
 */
export function collectHardwareSigns(
  node: Node,
  isGuarded: boolean,
  report: (sign: HardwareSign, isGuarded: boolean) => void,
): void {
  const sign = signOf(node);
  if (sign) report(sign, isGuarded);
  const condition = guardCondition(node);
  for (const child of childrenOf(node)) collectHardwareSigns(child, isGuarded || condition, report);
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

function signOf(node: Node): HardwareSign | undefined {
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
function providerSign(node: Node): HardwareSign {
  const list = node.parent?.type === 'tuple' ? node.parent.parent : node.parent;
  return list?.text.includes('CPUExecutionProvider')
    ? { node, weight: 1, reason: 'prefers the GPU provider of ONNX Runtime, with the CPU behind it' }
    : { node, weight: 2, reason: 'asks for the GPU provider of ONNX Runtime' };
}

function callSign(node: Node): HardwareSign | undefined {
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

function cudaApiSign(node: Node, dotted: string): HardwareSign | undefined {
  if (dotted === 'torch.cuda.is_available') return undefined;
  if (asking.test(dotted)) return { node, weight: 1, reason: 'does nothing without a GPU' };
  if (/^torch\.cuda\.amp\./.test(dotted))
    return { node, weight: 1, reason: 'mixed precision, off without a GPU' };
  return { node, weight: 2, reason: 'uses the CUDA interface of torch' };
}

function keywordSign(node: Node): HardwareSign | undefined {
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
function deviceNumber(node: Node, value: Node): HardwareSign | undefined {
  return Number(value.text) >= 0 ? { node, weight: 2, reason: 'a GPU by number' } : undefined;
}
