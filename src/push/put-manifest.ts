import { UserError } from '../base/index.ts';
import type { RegistrySink } from '../image/index.ts';
import type { SentLayer } from './send-layers.ts';

/** A manifest or an index that goes out, and the layers that it lists. */
interface ListedManifest {
  readonly mediaType: string;
  readonly content: string;
  readonly layers: readonly Pick<SentLayer, 'outcome'>[];
}

/** Sends it by the sink, and gives its digest. Where it is refused, what its foreign layers have to do with that is said. */
export async function putManifest(
  sink: RegistrySink,
  { layers, ...manifest }: ListedManifest,
  isTagged: boolean,
): Promise<string> {
  try {
    return await sink.put(manifest, isTagged);
  } catch (error) {
    const count = layers.filter(({ outcome }) => outcome === 'foreign').length;
    if (count === 0 || !(error instanceof UserError)) throw error;
    const whose = count === 1 ? '1 layer lies elsewhere' : `${count} layers lie elsewhere`;
    throw new UserError(error.message, {
      hint: `${whose} (foreign layers, "urls" in the manifest), which many registries do not take; Docker's own does once validation.manifests.urls.allow of its settings names the address.`,
      cause: error,
    });
  }
}
