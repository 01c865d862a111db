import type { VisibleEntry } from '../../filetree/index.ts';
import type { AuditSubject } from '../audit-subject.ts';
import type { FileDetector } from '../detector.ts';
import { isForGpu, isSystemCuda } from '../gpu-use.ts';

const gpuDistribution =
  /^(?:nvidia[-_](?!ml[-_]py).+|triton|cupy-cuda.+|pytorch[-_]triton.*|jax[-_]cuda.+|cuda[-_](?:bindings|python|toolkit|core|pathfinder))$/i;
// Within a framework's own wheel: what the CPU build of it lacks.
const gpuLibrary =
  /\/lib[^/]*(?:cuda|cudnn|cublas|cufft|curand|cusolver|cusparse|nccl|nvrtc|nvToolsExt|cupti|nvshmem)[^/]*\.so[^/]*$/i;
const gpuPackage =
  /^(?:cuda-|cudatoolkit|libcudnn\d|libcublas|libnccl|libcufft|libcurand|libcusolver|libcusparse|libnpp|libnvinfer|libnvjpeg|nsight-)/;

const plainBase = {
  remedy: 'Start from a base without CUDA: the plain slim image of the same distribution or of Python.',
  rewrite: 'cuda-base',
};

/** GPU libraries in an image that shows no sign of running on a GPU. */
export const cudaWithoutGpu: FileDetector = {
  name: 'cuda-without-gpu',
  prepare: (subject) => {
    if (isForGpu(subject)) return () => undefined;
    return (file) => {
      if (!isGpuFile(subject, file)) return undefined;
      const isOfWheel = subject.distributionOf(file.entry.path) !== undefined;
      return { kind: 'cuda-without-gpu', instead: isOfWheel ? undefined : plainBase };
    };
  },
};

function isGpuFile(subject: AuditSubject, file: VisibleEntry): boolean {
  const { path } = file.entry;
  const distribution = subject.distributionOf(path);
  if (distribution !== undefined) return gpuDistribution.test(distribution.name) || gpuLibrary.test(path);
  if (isSystemCuda(path)) return true;
  const owner = subject.packageOf(path)?.name;
  return owner !== undefined && gpuPackage.test(owner);
}
