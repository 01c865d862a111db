/**
 * How registries are reached. A certificate authority of one's own is named to Node itself, by the environment variable
 * `NODE_EXTRA_CA_CERTS` (a PEM file) when it starts.
 */
export interface RegistryAccess {
  /**
   * The environment variables: `DOCKER_CONFIG`, `DOCKER_AUTH_CONFIG`, `REGISTRY_AUTH_FILE`, `XDG_RUNTIME_DIR` and
   * `XDG_CONFIG_HOME` say where credentials are, `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY` which way to go, `PATH` where
   * credential helpers are. None by default.
   */
  readonly environment?: Readonly<Record<string, string>>;
  /** Where `.docker/config.json` is looked for; nowhere by default. */
  readonly homeDir?: string;
  /** Allows plain HTTP (always allowed for this machine itself) and any certificate. Default false. */
  readonly insecure?: boolean;
  /** How waits between retries are spent. Default: by the clock. */
  readonly pause?: (seconds: number, signal?: AbortSignal) => Promise<void>;
}
