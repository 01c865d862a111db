/** An image's layers with the instructions that made them, lowest first. */
export interface MadeLayers {
  readonly layers: readonly { readonly createdBy?: string | undefined }[];
  readonly root: { readonly layers: readonly { readonly contentBytes: number }[] };
}

/** Layers in which a recursive change of owners or modes stores files a second time. */
export const ownerChange: RegExp = /\bch(own|mod)\s+(-\w*R|--recursive)/;
/** Layers in which the build stores models of the Hugging Face hub. */
export const modelDownload: RegExp =
  /huggingface-cli\s+download|\bhf\s+download|from_pretrained|snapshot_download|hf_hub_download|SentenceTransformer\(/;

/** Bytes of the layers that instructions of one kind made; undefined where there is no such layer. */
export function layerBytes({ layers, root }: MadeLayers, instruction: RegExp): number | undefined {
  const found = layers.flatMap(({ createdBy }, position) =>
    instruction.test(createdBy ?? '') ? [root.layers[position]?.contentBytes ?? 0] : [],
  );
  return found.length === 0 ? undefined : found.reduce((total, one) => total + one, 0);
}
