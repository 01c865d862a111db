import type { JsonValue, Limits, TypeShape } from './python-literals.ts';

/** A value that a route takes from its path or its query. */
export interface RouteParameter {
  readonly name: string;
  readonly place: 'path' | 'query';
  readonly shape: TypeShape;
  readonly isRequired: boolean;
  readonly defaultValue?: JsonValue;
  readonly example?: JsonValue;
  readonly limits: Limits;
}

/** A value that a route takes from a JSON body. */
export interface BodyParameter extends Omit<RouteParameter, 'place'> {
  /** The body is an object with this name in it, even when it is the only one. */
  readonly isEmbedded: boolean;
}

/** One route as it is served, prefixes of routers and blueprints included. */
export interface WebRoute {
  readonly framework: 'fastapi' | 'starlette' | 'flask';
  /** Upper case. */
  readonly methods: readonly string[];
  /** Parameters in braces, whatever the framework: `/items/{id}`. */
  readonly path: string;
  readonly parameters: readonly RouteParameter[];
  readonly body: readonly BodyParameter[];
  /** `form`: uploads and forms, for which no sample is made. */
  readonly bodyKind: 'none' | 'json' | 'form';
  readonly handler: string;
  readonly file: string;
  readonly line: number;
}
