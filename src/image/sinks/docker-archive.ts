import type { TarMember } from '../../tar/index.ts';
import { blobPath } from '../blob-path.ts';
import type { Image } from '../image.ts';
import { writeArchiveFile } from './archive-file.ts';
import { distinctLayers, ociDocuments } from './oci-documents.ts';

/** How an archive is written. */
export interface WriteDockerArchiveOptions {
  /** References that `docker load` gives the image: `app:1`. */
  readonly tags?: readonly string[];
  readonly signal?: AbortSignal;
}

/**
 * Writes an image as Docker 25 and later save it, `manifest.json` and OCI layout in one tar, layers as they are stored.
 * The file appears whole or not at all; the same image gives the same bytes.
 */
export async function writeDockerArchive(
  image: Image,
  path: string,
  options: WriteDockerArchiveOptions = {},
): Promise<void> {
  await writeArchiveFile(path, archiveMembers(image, options.tags ?? []), options.signal);
}

function* archiveMembers(image: Image, tags: readonly string[]): Generator<TarMember> {
  const documents = ociDocuments(image, tags[0]);
  const { config, manifest } = documents;
  yield { path: 'blobs/', type: 'directory' };
  yield { path: 'blobs/sha256/', type: 'directory' };
  for (const layer of distinctLayers(image)) {
    const content = { sizeBytes: layer.sizeBytes, open: layer.stored };
    yield { path: blobPath(layer.digest), content };
  }
  yield { path: blobPath(config.digest), content: config.content };
  yield { path: blobPath(manifest.digest), content: manifest.content };
  yield { path: 'index.json', content: documents.index };
  yield {
    path: 'manifest.json',
    content: JSON.stringify([
      {
        Config: blobPath(config.digest),
        RepoTags: tags,
        Layers: image.layers.map((layer) => blobPath(layer.digest)),
      },
    ]),
  };
  yield { path: 'oci-layout', content: documents.layout };
}
