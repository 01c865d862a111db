import { describe, expect, test } from 'vitest';
import { type HardwareInput, hardwareEvidence } from './index.ts';

const source = (text: string, path = 'app/main.py'): HardwareInput => ({ sources: [{ path, text }] });
const none: HardwareInput = { sources: [] };

describe('hardwareEvidence', () => {
  test.each<[string, HardwareInput, string]>([
    ['nothing at all', source('import torch\nmodel(x)'), 'cpu'],
    ['a bare .cuda()', source('model = Net().cuda()'), 'gpu'],
    ['.to("cuda")', source('model.to("cuda")'), 'gpu'],
    ['.to("cuda:1")', source('model.to("cuda:1")'), 'gpu'],
    ['a device keyword', source('pipeline("x", device="cuda")'), 'gpu'],
    ['a device variable', source('DEVICE = "cuda"'), 'gpu'],
    [
      'the guarded idiom',
      source('device = torch.device("cuda" if torch.cuda.is_available() else "cpu")'),
      'cpu',
    ],
    [
      'a guarded branch',
      source('if torch.cuda.is_available():\n    model.cuda()\n    torch.cuda.synchronize()'),
      'cpu',
    ],
    ['only asking', source('print(torch.cuda.is_available())'), 'cpu'],
    ['device_map="auto"', source('AutoModel.from_pretrained(n, device_map="auto")'), 'cpu'],
    ['4-bit loading alone', source('AutoModel.from_pretrained(n, load_in_4bit=True)'), 'unclear'],
    ['pipeline(device=0) alone', source('pipeline("x", device=0)'), 'unclear'],
    ['ONNX with a fallback', source('p = ["CUDAExecutionProvider", "CPUExecutionProvider"]'), 'cpu'],
    ['ONNX without', source('p = ["CUDAExecutionProvider"]'), 'unclear'],
    ['in a test', source('model.cuda()', 'tests/test_gpu.py'), 'cpu'],
    [
      'in a script that is not served',
      { ...source('model.cuda()', 'train.py'), servedPaths: new Set(['app/main.py']) },
      'cpu',
    ],
    [
      'compose gpus',
      { ...none, compose: [{ path: 'compose.yaml', text: 'services:\n  a:\n    gpus: all\n' }] },
      'gpu',
    ],
    [
      'compose reservation',
      {
        ...none,
        compose: [
          {
            path: 'compose.yaml',
            text: 'services:\n  a:\n    deploy:\n      resources:\n        reservations:\n          devices:\n            - driver: nvidia\n              capabilities: [gpu]\n',
          },
        ],
      },
      'gpu',
    ],
    [
      'compose runtime',
      { ...none, compose: [{ path: 'compose.yaml', text: 'services: {a: {runtime: nvidia}}' }] },
      'gpu',
    ],
    [
      'a CUDA base alone',
      {
        ...none,
        dockerfile: [{ file: 'Dockerfile', line: 1, text: 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04' }],
      },
      'unclear',
    ],
    [
      'two kinds of the same base, to build on and to run on',
      {
        ...none,
        dockerfile: [
          { file: 'Dockerfile', line: 1, text: 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04 AS builder' },
          { file: 'Dockerfile', line: 9, text: 'FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04' },
        ],
      },
      'unclear',
    ],
    [
      'a CUDA base and ENV',
      {
        ...none,
        dockerfile: [
          { file: 'Dockerfile', line: 1, text: 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04' },
          { file: 'Dockerfile', line: 2, text: 'ENV NVIDIA_VISIBLE_DEVICES=all' },
        ],
      },
      'gpu',
    ],
    [
      'GPUs hidden on a CUDA base',
      {
        ...none,
        dockerfile: [
          { file: 'Dockerfile', line: 1, text: 'FROM nvidia/cuda:12.4.1-base' },
          { file: 'Dockerfile', line: 2, text: 'ENV CUDA_VISIBLE_DEVICES=""' },
        ],
      },
      'cpu',
    ],
    [
      'flash-attn',
      { ...none, requirements: [{ file: 'r.txt', line: 3, name: 'flash-attn', text: 'flash-attn==2' }] },
      'gpu',
    ],
    [
      'bitsandbytes alone',
      { ...none, requirements: [{ file: 'r.txt', line: 3, name: 'bitsandbytes', text: 'bitsandbytes' }] },
      'unclear',
    ],
    [
      'the CPU build against a .cuda()',
      {
        ...source('m.cuda()'),
        requirements: [{ file: 'r.txt', line: 1, name: 'torch', text: 'torch==2.4.0+cpu' }],
      },
      'unclear',
    ],
    [
      'plain torch',
      { ...none, requirements: [{ file: 'r.txt', line: 1, name: 'torch', text: 'torch' }] },
      'cpu',
    ],
  ])('%s', async (_, input, verdict) => {
    expect((await hardwareEvidence(input)).verdict).toBe(verdict);
  });

  test('names file, line, text and reason, heaviest first', async () => {
    const { evidence } = await hardwareEvidence({
      sources: [
        {
          path: 'app/m.py',
          text: 'import torch\nif torch.cuda.is_available():\n    a.cuda()\nb.to("cuda")\n',
        },
      ],
      compose: [{ path: 'compose.yaml', text: 'services:\n  api:\n    runtime: nvidia\n' }],
    });
    expect(evidence.map(({ file, line, text, weight }) => ({ file, line, text, weight }))).toEqual([
      { file: 'app/m.py', line: 4, text: 'b.to("cuda")', weight: 3 },
      { file: 'compose.yaml', line: 3, text: 'runtime: nvidia', weight: 3 },
      { file: 'app/m.py', line: 3, text: 'a.cuda()', weight: 1 },
    ]);
    expect(evidence[2]?.reason).toContain('with a way for the CPU');
  });

  test('a compose file that does not parse says nothing', async () => {
    expect((await hardwareEvidence({ ...none, compose: [{ path: 'c', text: '{{{' }] })).verdict).toBe('cpu');
  });
});
