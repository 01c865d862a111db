import { z } from 'zod';
import type { WheelDirectory, WheelFile } from '../python/index.ts';

/** A wheel's bytes by what may be taken out of them; every file counts in one class. */
export interface WheelContents {
  /** What is downloaded. */
  readonly wheelBytes: number;
  /** Uncompressed, all files. */
  readonly totalBytes: number;
  /** Below a folder `test` or `tests`. */
  readonly testBytes: number;
  /** Python sources among `testBytes`: their bytecode goes with them. */
  readonly testSourceBytes: number;
  /** Python sources elsewhere. */
  readonly sourceBytes: number;
  /** Below a folder `include`, and static libraries. */
  readonly headerBytes: number;
  /** Shared libraries and native programs, those of NVIDIA apart: they carry no symbols. */
  readonly nativeBytes: number;
}

/** Checks a `WheelContents` that was kept as JSON. */
export const wheelContentsSchema: z.ZodType<WheelContents> = z.strictObject({
  wheelBytes: z.number(),
  totalBytes: z.number(),
  testBytes: z.number(),
  testSourceBytes: z.number(),
  sourceBytes: z.number(),
  headerBytes: z.number(),
  nativeBytes: z.number(),
});

const nvidia =
  /(^|\/)nvidia\/|(^|\/)lib(cu(dnn|blas|fft|rand|sparse|solver|dart|pti)|nccl|nvrtc|nvjit)[^/]*\.so/;

/** Sums the files of a wheel by class. */
export function summariseWheel(
  directory: Pick<WheelDirectory, 'wheelBytes'> & {
    readonly files: readonly Pick<WheelFile, 'path' | 'sizeBytes'>[];
  },
): WheelContents {
  const bytes = {
    totalBytes: 0,
    testBytes: 0,
    testSourceBytes: 0,
    sourceBytes: 0,
    headerBytes: 0,
    nativeBytes: 0,
  };
  for (const { path, sizeBytes } of directory.files) {
    bytes.totalBytes += sizeBytes;
    const isSource = path.endsWith('.py');
    if (/(^|\/)tests?\//.test(path)) {
      bytes.testBytes += sizeBytes;
      if (isSource) bytes.testSourceBytes += sizeBytes;
    } else if (isSource) bytes.sourceBytes += sizeBytes;
    else if (/(^|\/)include\/|\.(a|lib)$/.test(path)) bytes.headerBytes += sizeBytes;
    else if (/\.so(\.\d+)*$|\.data\/scripts\//.test(path) && !nvidia.test(path))
      bytes.nativeBytes += sizeBytes;
  }
  return { wheelBytes: directory.wheelBytes, ...bytes };
}
