import type { Need } from '../../compose/index.ts';
import type { HardwareVerdict } from '../../python/index.ts';
import { evidenceSentence } from './service-hardware.ts';
import type { NamedService } from './service-start.ts';

/** What else the compose files say of GPUs. */
export interface GpuSurroundings {
  readonly named: NamedService | undefined;
  readonly siblings: readonly NamedService[];
  /** Where the service is given a GPU on demand, as a sentence. */
  readonly elsewhere: string | undefined;
}

/** Whether a service gets GPUs: as asked, or where the evidence is certain; a hint alone reserves nothing. Undefined where nothing speaks of one. */
export function decideGpus(
  asked: 'cpu' | 'gpu' | 'auto',
  { verdict, evidence }: HardwareVerdict,
  { named, siblings, elsewhere }: GpuSurroundings,
): Need<'all'> | undefined {
  if (asked === 'cpu') return undefined;
  const twin = siblings.find((one) => one.service.gpus !== undefined && isSame(one, named));
  if (twin !== undefined)
    return { leftAlone: `${twin.service.name} is the service of the same image that has the GPU` };
  if (elsewhere !== undefined && asked === 'auto') return { leftAlone: elsewhere };
  if (asked === 'gpu') return { value: 'all', because: 'made for the GPU as asked' };
  const [sign] = evidence.filter((one) => one.speaksFor === 'gpu');
  if (sign === undefined) return undefined;
  const amd = evidence.find((one) => /rocm/i.test(one.text));
  if (amd !== undefined)
    return {
      leftAlone: `it is for AMD: ${evidenceSentence(amd)}; its GPUs are passed in as devices (/dev/kfd, /dev/dri), not reserved`,
    };
  if (verdict === 'gpu')
    return {
      value: 'all',
      because: `it uses a GPU: ${evidenceSentence(sign)}; count takes a number where all is too much`,
    };
  const what = verdict === 'unclear' ? 'not clear' : 'only a hint of a GPU';
  return { leftAlone: `${what}: ${evidenceSentence(sign)}; --target gpu reserves it` };
}

/** The same image, started in the same way. */
function isSame({ service }: NamedService, named: NamedService | undefined): boolean {
  const own = named?.service;
  return (
    own !== undefined &&
    service.name !== own.name &&
    service.dockerfile === own.dockerfile &&
    service.target === own.target &&
    JSON.stringify([service.command, service.entrypoint]) === JSON.stringify([own.command, own.entrypoint])
  );
}
