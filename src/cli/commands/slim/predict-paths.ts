import type { VisibleEntry } from '../../../filetree/index.ts';
import type { EditId } from '../../../slim/index.ts';

const cuda = String.raw`^usr\/local\/cuda[^/]*\/`;
/** What only compiling with CUDA needs: nvcc, headers, static libraries. */
const cudaCompiler = new RegExp(
  String.raw`${cuda}(?:bin|nvvm|extras|compute-sanitizer|nsight|include|.*\/include)\/|${cuda}.*\.a$`,
);
const cudaLibrary = new RegExp(
  String.raw`${cuda}.*\.so[.\d]*$|^usr\/lib\/[^/]+\/lib(?:cudnn|nccl|nvinfer)[^/]*\.so[.\d]*$`,
);
const condaDownload = /^opt\/conda\/pkgs\/(?:[^/]+\.(?:conda|tar\.bz2)$|cache\/)/;
/** conda's own environment, and what its environments link to. */
const condaItself = /^opt\/conda\/(?!envs\/|pkgs\/)/;
const condaEnvironment = /^opt\/conda\/envs\/[^/]+\/conda-meta\//;
const packageList = /^var\/lib\/apt\/lists\//;

/** Below this, what lies in CUDA's folders is no compiler. */
const leastCompilerBytes = 50_000_000;

/**
 * What edits of system files save at least, read off the paths of the fat image. Of CUDA, the compiler counts where there is one; its
 * libraries stay with a `-runtime` base. Of conda, it goes itself where there is an environment beside its own.
 */
export function predictPaths(
  entries: Iterable<{ readonly entry: Pick<VisibleEntry['entry'], 'path' | 'sizeBytes'> }>,
): Partial<Record<EditId, number>> {
  const bytes = { compiler: 0, libraries: 0, conda: 0, itself: 0, lists: 0 };
  let hasEnvironment = false;
  for (const { entry } of entries) {
    const { path, sizeBytes } = entry;
    if (cudaCompiler.test(path)) bytes.compiler += sizeBytes;
    else if (cudaLibrary.test(path)) bytes.libraries += sizeBytes;
    else if (condaDownload.test(path)) bytes.conda += sizeBytes;
    else if (condaItself.test(path)) bytes.itself += sizeBytes;
    else if (condaEnvironment.test(path)) hasEnvironment = true;
    else if (packageList.test(path)) bytes.lists += sizeBytes;
  }
  const ofCuda = bytes.compiler > leastCompilerBytes ? bytes.compiler : bytes.libraries;
  const ofConda = bytes.conda + (hasEnvironment ? bytes.itself : 0);
  return {
    ...(ofCuda === 0 ? {} : { 'cuda-base': ofCuda }),
    ...(bytes.conda === 0 ? {} : { 'conda-clean': bytes.conda }),
    ...(ofConda === 0 ? {} : { 'conda-stages': ofConda }),
    ...(bytes.lists === 0 ? {} : { 'apt-steps': bytes.lists }),
  };
}
