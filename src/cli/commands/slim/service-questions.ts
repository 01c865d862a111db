import type { BuiltImage } from '../../../engines/index.ts';
import { cpuVariant } from '../../../python/index.ts';
import { importStatement, type ProjectStudy } from '../../../slim/index.ts';
import type { VerifyRequest } from '../../../verify/index.ts';
import type { SlimTask } from './slim-task.ts';

/** What both images are asked: imports, probes, where to knock. */
export function serviceQuestions(
  { study, options, service, target }: SlimTask,
  fat: BuiltImage,
): Pick<VerifyRequest, 'imports' | 'probes' | 'healthPath' | 'ports' | 'env' | 'timeouts' | 'swaps'> {
  const exposed = fat.config.exposedPorts.map((port) => Number(port.split('/')[0]));
  const ports = service.ports.length > 0 ? service.ports : exposed;
  return {
    imports: [
      ...new Set(
        study.application.imports.filter((one) => one.moment !== 'type-checking').map(importStatement),
      ),
    ],
    probes: service.probes,
    ...(service.healthPath === undefined ? {} : { healthPath: service.healthPath }),
    ports,
    env: options.env,
    timeouts: { startSeconds: options.startSeconds },
    swaps: target.device === 'cpu' ? cpuSwaps(study) : [],
  };
}

/** Builds that are exchanged on purpose: their versions may differ. */
function cpuSwaps(study: ProjectStudy): { from: string; to: string }[] {
  const families = ['torch', 'torchvision', 'torchaudio'].map((name) => ({ from: name, to: name }));
  const renamed = study.requirements
    .flatMap((tree) => tree.requested)
    .flatMap(({ line }) => {
      const to = line.name === undefined ? undefined : cpuVariant(line.name)?.name;
      return line.name === undefined || to === undefined ? [] : [{ from: line.name, to }];
    });
  return [...families, ...renamed];
}
