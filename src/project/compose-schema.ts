import { z } from 'zod';
import { UserError } from '../base/index.ts';

type Scalar = string | number | boolean | null;
type MapOrList = Record<string, Scalar> | string[];

/** One service as the Compose specification (`05-services.md`) writes it, as far as it matters here. */
export interface ServiceSource {
  readonly build?:
    | string
    | null
    | undefined
    | {
        readonly context?: string | undefined;
        readonly dockerfile?: string | undefined;
        readonly dockerfile_inline?: string | undefined;
        readonly target?: string | undefined;
        readonly args?: MapOrList | null | undefined;
        readonly additional_contexts?: MapOrList | null | undefined;
      };
  readonly image?: string | undefined;
  readonly command?: string | Scalar[] | null | undefined;
  readonly entrypoint?: string | Scalar[] | null | undefined;
  readonly environment?: MapOrList | null | undefined;
  readonly ports?: PortSource[] | null | undefined;
  readonly volumes?: VolumeSource[] | null | undefined;
  readonly healthcheck?:
    | { readonly test?: string | string[] | undefined; readonly disable?: boolean | undefined }
    | null
    | undefined;
  readonly gpus?: string | number | unknown[] | undefined;
  readonly runtime?: string | undefined;
  readonly user?: string | number | undefined;
  readonly working_dir?: string | undefined;
  readonly deploy?:
    | {
        readonly resources?:
          | { readonly reservations?: { readonly devices?: DeviceSource[] | undefined } | undefined }
          | undefined;
      }
    | null
    | undefined;
}

/** A port in short or long form. */
export type PortSource =
  | string
  | number
  | {
      readonly target: number | string;
      readonly published?: number | string | undefined;
      readonly protocol?: string | undefined;
    };

/** A volume in short or long form. */
export type VolumeSource =
  | string
  | {
      readonly type?: string | undefined;
      readonly source?: string | undefined;
      readonly target?: string | undefined;
    };

/** What a service extends. */
export interface ExtendsSource {
  readonly service: string;
  readonly file?: string | undefined;
}

interface DeviceSource {
  readonly driver?: string | undefined;
  readonly capabilities?: (string | string[])[] | undefined;
}

const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const mapOrList = z.union([z.record(z.string(), scalar), z.array(z.string())]);
const command = z.union([z.string(), z.array(scalar), z.null()]);

const build = z.union([
  z.string(),
  z.looseObject({
    context: z.string().optional(),
    dockerfile: z.string().optional(),
    dockerfile_inline: z.string().optional(),
    target: z.string().optional(),
    args: z.union([mapOrList, z.null()]).optional(),
    additional_contexts: z.union([mapOrList, z.null()]).optional(),
  }),
]);

const port = z.union([
  z.string(),
  z.number(),
  z.looseObject({
    target: z.union([z.number(), z.string()]),
    published: z.union([z.number(), z.string()]).optional(),
    protocol: z.string().optional(),
  }),
]);

const volume = z.union([
  z.string(),
  z.looseObject({
    type: z.string().optional(),
    source: z.string().optional(),
    target: z.string().optional(),
  }),
]);

const device = z.looseObject({
  driver: z.string().optional(),
  capabilities: z.array(z.union([z.string(), z.array(z.string())])).optional(),
});

/** The parts of a service that matter here (Compose specification, `05-services.md`); everything else is let through. */
const serviceSchema: z.ZodType<ServiceSource> = z.looseObject({
  build: z.union([build, z.null()]).optional(),
  image: z.string().optional(),
  command: command.optional(),
  entrypoint: command.optional(),
  environment: z.union([mapOrList, z.null()]).optional(),
  ports: z.union([z.array(port), z.null()]).optional(),
  volumes: z.union([z.array(volume), z.null()]).optional(),
  healthcheck: z
    .union([
      z.looseObject({
        test: z.union([z.string(), z.array(z.string())]).optional(),
        disable: z.boolean().optional(),
      }),
      z.null(),
    ])
    .optional(),
  gpus: z.union([z.string(), z.number(), z.array(z.unknown())]).optional(),
  runtime: z.string().optional(),
  user: z.union([z.string(), z.number()]).optional(),
  working_dir: z.string().optional(),
  deploy: z
    .union([
      z.looseObject({
        resources: z
          .looseObject({
            reservations: z.looseObject({ devices: z.array(device).optional() }).optional(),
          })
          .optional(),
      }),
      z.null(),
    ])
    .optional(),
});

const extendsSchema: z.ZodType<string | ExtendsSource> = z.union([
  z.string(),
  z.looseObject({ service: z.string(), file: z.string().optional() }),
]);

const composeSchema = z.looseObject({
  services: z.union([z.record(z.string(), z.union([z.looseObject({}), z.null()])), z.null()]).optional(),
});

/** Compose files that a compose file includes, as one application. */
export interface IncludeSource {
  readonly path: readonly string[];
  readonly project_directory?: string | undefined;
  readonly env_file?: readonly string[] | undefined;
}

const list = z.union([z.string().transform((one) => [one]), z.array(z.string())]);
const include = z.union([
  z.string().transform((one) => ({ path: [one] })),
  z.looseObject({ path: list, project_directory: z.string().optional(), env_file: list.optional() }),
]);
const includeSchema: z.ZodType<readonly IncludeSource[]> = z.array(include);

/** The services of a compose file, unchecked, and what it includes. Throws a `UserError` that begins with `place`. */
export function checkCompose(
  value: unknown,
  place: string,
): {
  readonly services: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly includes: readonly IncludeSource[];
} {
  const compose = check(composeSchema, value, place);
  const services = Object.entries(compose.services ?? {}).map(([name, service]) => [name, service ?? {}]);
  return {
    services: Object.fromEntries(services),
    includes: check(includeSchema, compose['include'] ?? [], `${place}: include`),
  };
}

/** Checks one service. Throws a `UserError` that begins with `place`. */
export function checkService(value: unknown, place: string): ServiceSource {
  return check(serviceSchema, value, place);
}

/** The `extends` of a service, or undefined where it is absent. Throws a `UserError` that begins with `place`. */
export function checkExtends(value: unknown, place: string): ExtendsSource | undefined {
  if (value === undefined) return undefined;
  const source = check(extendsSchema, value, `${place}: extends`);
  return typeof source === 'string' ? { service: source } : source;
}

function check<T>(schema: z.ZodType<T>, value: unknown, place: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const where = issue === undefined || issue.path.length === 0 ? '' : `${issue.path.join('.')}: `;
  throw new UserError(`${place}: ${where}${issue?.message ?? 'not as the Compose specification has it'}`, {
    hint: '`docker compose config` shows what Compose reads.',
  });
}
