/** An image that brings CUDA, taken apart: `nvidia/cuda:12.1.1-cudnn8-devel-ubuntu22.04`. */
export interface CudaReference {
  readonly image: 'nvidia/cuda' | 'pytorch/pytorch' | 'tensorflow/tensorflow';
  /** `devel` has the compiler and headers, `runtime` the libraries, `base` of these only the start-up one; `gpu` of TensorFlow's. */
  readonly kind: 'devel' | 'runtime' | 'base' | 'gpu';
  /** The tag in front of the kind, cuDNN left out: `12.1.1`. */
  readonly version: string;
  /** True when the tag says that the image has cuDNN. */
  readonly hasCudnn: boolean;
  /** What follows the kind: `ubuntu22.04`, or empty. */
  readonly system: string;
}

const registries = String.raw`(?:docker\.io/|index\.docker\.io/|registry\.hub\.docker\.com/|nvcr\.io/)?`;
const nvidia = new RegExp(
  String.raw`^${registries}nvidia/cuda:(.+?)(-cudnn\d*)?-(devel|runtime|base)(?:-([a-z][^@/:]*))?$`,
);
const pytorch = new RegExp(`^${registries}pytorch/pytorch:([^@/]+)-(devel|runtime)$`);
const tensorflow = new RegExp(`^${registries}tensorflow/tensorflow:([^@/]+?)-gpu((?:-py3)?(?:-jupyter)?)$`);

/** Reads a reference to a CUDA image by the scheme of its tags, variables in it left as they are; undefined for every other image and for a digest. */
export function readCudaReference(reference: string): CudaReference | undefined {
  const cuda = nvidia.exec(reference);
  if (cuda !== null) {
    const [, version = '', cudnn, kind, system = ''] = cuda;
    return {
      image: 'nvidia/cuda',
      kind: kind === 'devel' || kind === 'runtime' ? kind : 'base',
      version,
      hasCudnn: cudnn !== undefined,
      system,
    };
  }
  const torch = pytorch.exec(reference);
  if (torch !== null) {
    const [, version = '', kind] = torch;
    return {
      image: 'pytorch/pytorch',
      kind: kind === 'devel' ? 'devel' : 'runtime',
      version,
      hasCudnn: true,
      system: '',
    };
  }
  const flow = tensorflow.exec(reference);
  if (flow === null) return undefined;
  const [, version = '', system = ''] = flow;
  return { image: 'tensorflow/tensorflow', kind: 'gpu', version, hasCudnn: true, system };
}
