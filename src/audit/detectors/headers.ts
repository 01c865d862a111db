import type { FileDetector } from '../detector.ts';

const header = /\.(?:h|hh|hpp|hxx|cuh|inc|inl|tpp)$/i;

/** Headers for C and C++ compilers, in `include/` directories of the system and of distributions. */
export const headers: FileDetector = {
  name: 'headers',
  prepare: (subject) => (file) => {
    const { path } = file.entry;
    const isHeader =
      /(?:^|\/)include\//.test(path) && (header.test(path) || /^usr\/(?:local\/)?include\//.test(path));
    return isHeader ? { kind: 'headers', owner: subject.ownerOf(path) } : undefined;
  },
};
