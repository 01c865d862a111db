import type { PythonFile } from './import-scan.ts';
import { argumentsOf, lineOf, type Node, nodesBelow, withPythonSyntax } from './python-syntax.ts';

/** A place that passes data between processes by way of `/dev/shm`, of which Docker gives a container 64 MB. */
export interface SharedMemorySign {
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  readonly reason: string;
  /** What its documentation asks for, as Compose writes sizes. */
  readonly size: '1gb' | '2gb';
}

const quick = /num_workers|multiprocessing|\bray\b|\bvllm\b|nccl|shared_memory/i;

/**
 * Finds what needs shared memory. Sizes: NVIDIA's notes on its PyTorch images and on NCCL run containers with `--shm-size=1g`; Ray (whose object store
 * warns below 30 % of the memory) and vLLM are started with `--shm-size=2g` and more.
 */
export async function sharedMemorySigns(files: readonly PythonFile[]): Promise<readonly SharedMemorySign[]> {
  const found: SharedMemorySign[] = [];
  for (const file of files) {
    if (!file.path.endsWith('.py') || !quick.test(file.text)) continue;
    await withPythonSyntax(file.text, (root) => {
      for (const node of nodesBelow(root)) {
        const sign = signOf(node);
        if (sign !== undefined) found.push({ file: file.path, line: lineOf(node), ...sign });
      }
    });
  }
  return found.sort((a, b) => (a.size === b.size ? 0 : a.size > b.size ? -1 : 1));
}

type Sign = Pick<SharedMemorySign, 'reason' | 'size'>;

function signOf(node: Node): Sign | undefined {
  if (node.type === 'import_statement' || node.type === 'import_from_statement') return importSign(node.text);
  return node.type === 'call' ? callSign(node) : undefined;
}

const imports: readonly (readonly [RegExp, string, Sign['size']])[] = [
  [
    /^(?:import|from)\s+torch\.multiprocessing\b|^from\s+torch\s+import\s+multiprocessing\b/,
    'torch.multiprocessing passes tensors through shared memory',
    '1gb',
  ],
  [/^(?:import|from)\s+ray\b/, 'Ray keeps its objects in shared memory', '2gb'],
  [/^(?:import|from)\s+vllm\b/, 'the workers of vLLM talk through shared memory', '2gb'],
  [
    /^from\s+multiprocessing\s+import\s+.*\bshared_memory\b|^(?:import|from)\s+multiprocessing\.shared_memory\b/,
    'multiprocessing.shared_memory',
    '1gb',
  ],
];

function importSign(text: string): Sign | undefined {
  const known = imports.find(([pattern]) => pattern.test(text));
  return known && { reason: known[1], size: known[2] };
}

function callSign(node: Node): Sign | undefined {
  const callee = node.childForFieldName('function')?.text ?? '';
  const { positional, keywords } = argumentsOf(node);
  if (/(^|\.)\w*DataLoader$/.test(callee)) {
    // The sixth parameter, after dataset, batch_size, shuffle, sampler and batch_sampler.
    const workers = keywords.get('num_workers') ?? positional[5];
    return workers === undefined || workers.text === '0'
      ? undefined
      : {
          reason: `the workers of a DataLoader (num_workers=${workers.text}) pass batches through shared memory`,
          size: '1gb',
        };
  }
  const isNccl = /init_process_group$/.test(callee) && /["']nccl["']/.test(node.text);
  return isNccl ? { reason: 'NCCL shares buffers between processes', size: '1gb' } : undefined;
}
