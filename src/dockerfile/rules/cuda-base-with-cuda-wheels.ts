import { readPipInstall } from '../pip-command.ts';
import { keptStages } from '../stage-chain.ts';
import type { LintRule } from './rule.ts';
import { baseRange } from './visit.ts';

/** CUDA twice: in the base and in the wheels. */
export const cudaBaseWithCudaWheels: LintRule = {
  id: 'cuda-base-with-cuda-wheels',
  severity: 'warning',
  title: 'CUDA twice: in the base and in the wheels',
  check: ({ model }) => {
    const stages = keptStages(model);
    const first = stages[0];
    if (first === undefined || !/(?:^|\/)nvidia\/cuda:.*-(?:devel|runtime)/.test(first.base)) return [];
    const commands = stages
      .flatMap(({ instructions }) => instructions)
      .flatMap(({ commands }) => commands ?? []);
    const torch = commands
      .map(readPipInstall)
      .some(
        (install) =>
          install?.requirements.some(({ text }) => /^torch(?![\w-])/.test(text)) === true &&
          !install.options.some(({ text }) => /\/cpu$/.test(text)),
      );
    const needsBase = commands.some(({ words }) =>
      words.some((word) =>
        /tensorflow|flash[-_]attn|detectron2|onnxruntime-gpu|setup\.py|deepspeed|xformers|nvcc|cmake|^make$|tensorrt/.test(
          word,
        ),
      ),
    );
    return torch && !needsBase
      ? [
          {
            range: baseRange(first.from),
            message: 'the wheels of torch bring CUDA themselves: a python slim base does',
          },
        ]
      : [];
  },
};
