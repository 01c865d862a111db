import type { Layer } from '../image/index.ts';

/**
 * How many of the lowest layers are the base image's, judged by their instructions. Official language images are
 * built from a root file system (`ADD rootfs.tar`, `debuerreotype`) and RUN lines that name what they install
 * (`PYTHON_VERSION`, `PYTHON_SHA256`, `wget … python.org`); a Dockerfile of a project starts with COPY or WORKDIR or
 * installs requirements. The count ends at the first layer that is certainly a project's; at least one layer is
 * the base's. An image without instructions (flattened) is all one: 0.
 */
export function guessBaseLayerCount(layers: readonly Pick<Layer, 'createdBy'>[]): number {
  if (layers[0]?.createdBy === undefined) return 0;
  let count = 1;
  for (const { createdBy } of layers.slice(1)) {
    if (createdBy === undefined || !isBaseInstruction(createdBy)) break;
    count += 1;
  }
  return count;
}

const interpreter =
  /PYTHON_VERSION|PYTHON_SHA256|python\.org\/ftp|idle3 (?:pip3 )?pydoc3|get-pip\.py|GPG_KEY/;
const rootArchive =
  /^(?:\/bin\/sh -c #\(nop\) )?\s*ADD (?:file:|rootfs|[^ ]*\.tar)|debuerreotype|FROM scratch/;
// buildpack-deps, the base of python:3.x, installs these in RUN lines of its own.
const buildpackDeps =
  /apt-get install -y --no-install-recommends\s+(?:ca-certificates\s+curl|git\s+mercurial|autoconf\s+automake|libbluetooth-dev|ca-certificates\s+netbase)/;
const cudaBase = /NV_CUDA|NVIDIA_|cuda-keyring|libcudnn|CUDNN/;

function isBaseInstruction(createdBy: string): boolean {
  const flat = createdBy.replace(/\\\n/g, ' ').replace(/\s+/g, ' ');
  return rootArchive.test(flat) || interpreter.test(flat) || buildpackDeps.test(flat) || cudaBase.test(flat);
}
