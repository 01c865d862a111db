/** A blob that a manifest names. */
export interface RegistryBlob {
  readonly digest: string;
  readonly size: number;
}

/** The configuration and the layers of `repository:latest`, in a registry that a bench has started: `127.0.0.1:5000/lean`. */
export async function registryBlobs(repository: string): Promise<readonly RegistryBlob[]> {
  const [host = '', ...path] = repository.split('/');
  const accept =
    'application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json';
  const answer = await fetch(`http://${host}/v2/${path.join('/')}/manifests/latest`, { headers: { accept } });
  // It was pushed a moment ago.
  const { config, layers } = (await answer.json()) as {
    readonly config: RegistryBlob;
    readonly layers: readonly RegistryBlob[];
  };
  return [config, ...layers];
}
