import type { TarMember } from '../../tar/index.ts';
import { blobPath } from '../blob-path.ts';
import type { Image } from '../image.ts';
import { writeArchiveFile } from './archive-file.ts';
import { distinctLayers, ociDocuments } from './oci-documents.ts';
import type { WriteOciLayoutOptions } from './oci-layout.ts';

/**
 * Writes an image as an OCI layout in a tar file, layers as they are stored. The file appears whole or not at all; the same
 * image gives the same bytes.
 */
export async function writeOciArchive(
  image: Image,
  path: string,
  options: WriteOciLayoutOptions = {},
): Promise<void> {
  await writeArchiveFile(path, archiveMembers(image, options.tag), options.signal);
}

function* archiveMembers(image: Image, tag: string | undefined): Generator<TarMember> {
  const { config, manifest, index, layout } = ociDocuments(image, tag);
  // Readers that do not seek find the layout and the index first.
  yield { path: 'oci-layout', content: layout };
  yield { path: 'index.json', content: index };
  yield { path: 'blobs/', type: 'directory' };
  yield { path: 'blobs/sha256/', type: 'directory' };
  yield { path: blobPath(manifest.digest), content: manifest.content };
  yield { path: blobPath(config.digest), content: config.content };
  for (const layer of distinctLayers(image)) {
    yield { path: blobPath(layer.digest), content: { sizeBytes: layer.sizeBytes, open: layer.stored } };
  }
}
