/** How registries are reached. */
export interface RegistryAccess {
  /**
   * The environment variables: `DOCKER_CONFIG`, `DOCKER_AUTH_CONFIG`, `REGISTRY_AUTH_FILE`, `XDG_RUNTIME_DIR` and
   * `XDG_CONFIG_HOME` say where credentials are, `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY` which way to go, `PATH` where
   * credential helpers are, `SSL_CERT_FILE` an authority. None by default; Node itself reads `NODE_EXTRA_CA_CERTS` when it starts.
   */
  readonly environment?: Readonly<Record<string, string>>;
  /** Where `.docker/config.json` is looked for; nowhere by default. */
  readonly homeDir?: string;
  /** A PEM file with certificates of authorities that are believed, beside those that are known. */
  readonly authorityFile?: string | undefined;
  /** Where the system's settings are: `docker/certs.d`, `docker/daemon.json`, `containers/registries.conf`. Default `/etc`. */
  readonly systemDir?: string;
  /** Allows plain HTTP (always allowed for this machine itself) and any certificate. Default false. */
  readonly insecure?: boolean;
  /** Where manifests are kept that were fetched: what still has the digest that it had is then not fetched again. Nowhere by default. */
  readonly manifestDir?: string | undefined;
  /** How waits between retries are spent. Default: by the clock. */
  readonly pause?: (seconds: number, signal?: AbortSignal) => Promise<void>;
}
