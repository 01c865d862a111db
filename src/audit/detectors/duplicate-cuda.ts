import type { FileDetector } from '../detector.ts';
import { isForGpu, isSystemCuda } from '../gpu-use.ts';

// libcudnn.so.9, libcublasLt.so.12.4.5, and with auditwheel's hash libnccl-3f2a91c0.so.2
const cudaLibrary =
  /\/(lib(?:cublas|cublasLt|cudart|cudnn\w*|cufft\w*|cupti|curand|cusolver\w*|cusparse\w*|nccl|npp\w*|nvblas|nvjpeg|nvJitLink|nvrtc\w*(?:-builtins)?|nvToolsExt|nvshmem\w*|nvinfer\w*))(?:-[0-9a-f]{8})?\.so\.(\d+)/;

/** CUDA libraries of the base in a GPU image whose wheels bring the same library in the same major version. */
export const duplicateCuda: FileDetector = {
  name: 'duplicate-cuda',
  prepare: (subject) => {
    if (!isForGpu(subject)) return () => undefined;
    const brought = new Set<string>();
    for (const { files } of subject.distributions) {
      for (const path of files) {
        const library = libraryOf(path);
        if (library !== undefined) brought.add(library);
      }
    }
    if (brought.size === 0) return () => undefined;
    return ({ entry }) => {
      const library = libraryOf(entry.path);
      if (library === undefined || !brought.has(library)) return undefined;
      if (subject.distributionOf(entry.path) !== undefined) return undefined;
      return isSystemCuda(entry.path) || subject.packageOf(entry.path) !== undefined
        ? { kind: 'duplicate-cuda', owner: subject.ownerOf(entry.path) }
        : undefined;
    };
  },
};

/** `libcudnn 9`: two libraries of one name and major version stand for each other (the soname says so). */
function libraryOf(path: string): string | undefined {
  if (!path.includes('.so.')) return undefined;
  const match = cudaLibrary.exec(`/${path}`);
  return match === null ? undefined : `${match[1]} ${match[2]}`;
}
