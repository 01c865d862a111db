import type { AuditSubject } from './audit-subject.ts';

/**
 * True for an image that is meant to run on a GPU: its user says so, or its environment does. nvidia/cuda bases and the
 * NVIDIA container toolkit mark an image that wants one by these variables.
 */
export function isForGpu(subject: AuditSubject): boolean {
  if (subject.target !== undefined) return subject.target === 'gpu';
  return subject.image.config.env.some((one) =>
    /^(?:NVIDIA_VISIBLE_DEVICES|NVIDIA_DRIVER_CAPABILITIES|NVIDIA_REQUIRE_[A-Z]+|CUDA_VERSION)=(?!void$|none$|$)|^CUDA_VISIBLE_DEVICES=\d/.test(
      one,
    ),
  );
}

/** True where the CUDA toolkit and NVIDIA's programs are installed outside of the package managers. */
export function isSystemCuda(path: string): boolean {
  return /^(?:usr\/local\/cuda(?:-[\d.]+)?\/|opt\/nvidia\/)/.test(path);
}
