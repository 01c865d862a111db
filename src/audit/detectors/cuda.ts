import type { VisibleEntry } from '../../filetree/index.ts';
import type { AuditSubject } from '../audit-subject.ts';
import type { FileDetector } from '../detector.ts';

const systemCuda = /^(?:usr\/local\/cuda(?:-[\d.]+)?\/|opt\/nvidia\/)/;
const gpuDistribution =
  /^(?:nvidia[-_].+|triton|cupy-cuda.+|pytorch[-_]triton.*|jax[-_]cuda.+|cuda[-_](?:bindings|python|toolkit|core|pathfinder))$/i;
// Within a framework's own wheel: what the CPU build of it lacks.
const gpuLibrary =
  /\/lib[^/]*(?:cuda|cudnn|cublas|cufft|curand|cusolver|cusparse|nccl|nvrtc|nvToolsExt|cupti|nvshmem)[^/]*\.so[^/]*$/i;
const cudaMathLibrary = /\/lib(?:cublas|cublasLt|cudnn[^/]*|cufft|cusolver|cusparse|curand|nccl)\.so[^/]*$/;

/** GPU libraries in an image that shows no sign of running on a GPU. */
export const cudaWithoutGpu: FileDetector = {
  name: 'cuda-without-gpu',
  prepare: (subject) => {
    if (isForGpu(subject)) return () => undefined;
    return (file) => (isGpuFile(subject, file) ? { kind: 'cuda-without-gpu' } : undefined);
  },
};

/** The base's copy of CUDA libraries in a GPU image whose wheels bring their own. */
export const duplicateCuda: FileDetector = {
  name: 'duplicate-cuda',
  prepare: (subject) => {
    const hasWheels = subject.distributions.some(({ name }) => /^nvidia[-_]c(?:ublas|udnn)/i.test(name));
    if (!hasWheels || !isForGpu(subject)) return () => undefined;
    return (file) => {
      const { path } = file.entry;
      const isSystem = systemCuda.test(path) || subject.packageOf(path) !== undefined;
      return isSystem && cudaMathLibrary.test(`/${path}`) ? { kind: 'duplicate-cuda' } : undefined;
    };
  },
};

// nvidia/cuda bases and the NVIDIA container toolkit mark an image that wants a GPU by these variables.
function isForGpu(subject: AuditSubject): boolean {
  if (subject.target !== undefined) return subject.target === 'gpu';
  return subject.image.config.env.some((one) =>
    /^(?:NVIDIA_VISIBLE_DEVICES|NVIDIA_DRIVER_CAPABILITIES|NVIDIA_REQUIRE_[A-Z]+|CUDA_VERSION)=(?!void$|none$|$)/.test(
      one,
    ),
  );
}

function isGpuFile(subject: AuditSubject, file: VisibleEntry): boolean {
  const { path } = file.entry;
  const distribution = subject.distributionOf(path);
  if (distribution !== undefined) return gpuDistribution.test(distribution.name) || gpuLibrary.test(path);
  if (systemCuda.test(path)) return true;
  const owner = subject.packageOf(path)?.name;
  return (
    owner !== undefined &&
    /^(?:cuda-|libcudnn\d|libcublas|libnccl|libcufft|libcusparse|libnpp|libnvinfer)/.test(owner)
  );
}
