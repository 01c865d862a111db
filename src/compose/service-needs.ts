/** Something that a service needs, with the reason, or why it is better left alone. */
export type Need<T> = { readonly value: T; readonly because: string } | { readonly leftAlone: string };

/** What one service should have, as far as the project tells; what is undefined is no topic for it. */
export interface ServiceNeeds {
  readonly name: string;
  /** `linux/amd64`. */
  readonly platform?: Need<string> | undefined;
  /** The stage to build. */
  readonly buildTarget?: Need<string> | undefined;
  /** Ports that a new file publishes; an existing file is nobody's to open to the network. */
  readonly ports: readonly number[];
  /** Why a published port does not reach the service. */
  readonly portFault?: string | undefined;
  readonly modelCache?: Need<ModelCache> | undefined;
  readonly healthCheck?: Need<HealthCheck> | undefined;
  /** What is wrong with the check that the file has; it is not touched. */
  readonly checkFault?: string | undefined;
  /** `1gb`, of `/dev/shm`. */
  readonly sharedMemory?: Need<string> | undefined;
  readonly limits?: Need<ResourceLimits> | undefined;
  /** How many GPUs are reserved. */
  readonly gpus?: Need<'all' | number> | undefined;
}

/** A volume for models that are downloaded when the service runs. */
export interface ModelCache {
  /** Where the container keeps them. */
  readonly path: string;
  /** The variable that has to say so; undefined where something says it already. */
  readonly variable: string | undefined;
}

/** How to find out that the service works, from inside of the container, with nothing but Python. */
export type HealthCheck = {
  readonly port: number;
  /** How long it may take to come up before a failed check counts. */
  readonly startSeconds: number;
} & (
  | {
      readonly kind: 'http';
      readonly path: string;
      /** By which the service is called; 127.0.0.1 where nothing else is said. */
      readonly host?: 'localhost';
    }
  | { readonly kind: 'tcp' }
);

/** What a container may take of its machine. */
export interface ResourceLimits {
  /** `4g`. */
  readonly memory?: string | undefined;
  /** `2`, `0.5`. */
  readonly cpus?: string | undefined;
}
