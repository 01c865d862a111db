import { UserError } from '../../base/index.ts';
import type { ImageWish } from '../choose-image.ts';
import type { Image } from '../image.ts';
import type { FileStore } from './file-store.ts';
import { openLayout } from './oci-layout.ts';

/** Opens an OCI layout inside a tar archive, as `skopeo copy … oci-archive:` and `docker buildx build -o type=oci` write it. */
export async function openOciArchive(store: FileStore, wish: ImageWish, name: string): Promise<Image> {
  const hasIndex = (await store.sizeBytes('index.json')) !== undefined;
  if (!hasIndex && (await store.sizeBytes('manifest.json')) !== undefined) {
    throw new UserError(`${store.title} is no OCI archive but a docker-archive`, {
      hint: `Name it docker-archive:${store.title}`,
    });
  }
  return await openLayout(store, wish, name);
}
