import type { FileDetector } from '../detector.ts';
import { onceADirectory } from '../file-place.ts';

const header = /\.(?:h|hh|hpp|hxx|cuh|inc|inl|tpp)$/i;

// CuPy and Numba hand their kernels with these headers to NVRTC at run time; no compiler is installed for that.
const compiledAtRunTime = /\/(?:cupyx?|numba_cuda|numba|cuda\/cccl)\//;

/** Headers for C and C++ compilers, in `include/` directories of the system and of distributions. */
export const headers: FileDetector = {
  name: 'headers',
  prepare(subject) {
    const placeOf = onceADirectory((directory) => {
      if (!/(?:^|\/)include\//.test(directory) || compiledAtRunTime.test(directory)) return 'elsewhere';
      return /^usr\/(?:local\/)?include\//.test(directory) ? 'system' : 'include';
    });
    return ({ entry }, { directory, name }) => {
      const place = placeOf(directory);
      // The system's have names without an extension too: `usr/include/c++/12/vector`.
      const isHeader = place === 'system' || (place === 'include' && header.test(name));
      return isHeader ? { kind: 'headers', owner: subject.ownerOf(entry.path) } : undefined;
    };
  },
};
