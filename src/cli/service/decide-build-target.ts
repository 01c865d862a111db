import type { Need } from '../../compose/index.ts';
import type { DockerfileModel } from '../../dockerfile/index.ts';

const gpuStage = /(^|[-_.])(gpu|cuda)($|[-_.\d])/;
const cpuStage = /(^|[-_.])cpu($|[-_.])/;
const production =
  /(^|[-_.])(runtime|production|prod|release|final|runner|serve|serving|app|deploy)($|[-_.])/;
const development = /(^|[-_.])(dev|devel|development|debug|test|tests|testing|lint|ci|docs)($|[-_.])/;

/**
 * The stage that a service should build, where the last one of the Dockerfile, which is built otherwise, is not the one: it is for
 * development while another is for production, or it is for other hardware.
 */
export function decideBuildTarget(
  model: DockerfileModel,
  device: 'cpu' | 'gpu' | undefined,
): Need<string> | undefined {
  const last = model.stages.at(-1);
  const names = model.stages.flatMap(({ name }) => (name === undefined ? [] : [name]));
  if (last?.name === undefined || names.length < 2) return undefined;
  const [wanted, other] = device === 'gpu' ? [gpuStage, cpuStage] : [cpuStage, gpuStage];
  if (device !== undefined && other.test(last.name)) {
    const fitting = names.filter((name) => wanted.test(name));
    const [only] = fitting;
    if (only !== undefined && fitting.length === 1)
      return {
        value: only,
        because: `without it the last stage is built, ${last.name}, and the service is for the ${device.toUpperCase()}`,
      };
  }
  if (!development.test(last.name)) return undefined;
  const fitting = names.filter((name) => production.test(name) && !development.test(name));
  const [only] = fitting;
  if (only !== undefined && fitting.length === 1)
    return { value: only, because: `without it the last stage is built, which is ${last.name}` };
  return {
    leftAlone: `the last stage, ${last.name}, looks like one for development, and which of ${names.slice(0, -1).join(', ')} is meant is not clear`,
  };
}
