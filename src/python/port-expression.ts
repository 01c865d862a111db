import type { Node } from './python-syntax.ts';

/** A port in Python code: a number, or a variable of the environment with the number that stands in for it. */
export interface PortExpression {
  readonly port: number;
  /** `PORT` in `int(os.environ.get("PORT", 8000))`; absent for a plain number. */
  readonly variable?: string;
}

/** A call that listens: `uvicorn.run(app, port=8080)`. */
export interface WebListen extends PortExpression {
  /** Where uvicorn listens: `*` where that is computed; undefined of other servers. */
  readonly host?: string;
  readonly file: string;
  /** 1-based. */
  readonly line: number;
}

/**
 * The port that an expression gives; undefined where it is none of the known forms.
 *
 *     8000    int(os.environ.get("PORT", 8000))    int(os.getenv("PORT", "8000"))    int(os.environ.get("PORT") or 8000)
 */
export function portExpression(node: Node | undefined): PortExpression | undefined {
  const text = node?.text ?? '';
  if (/^\d{1,5}$/.test(text)) return { port: Number(text) };
  const found =
    /\b(?:getenv|environ(?:\.get)?)\s*[([]\s*["'](\w+)["'](?:\s*,\s*["']?(\d{1,5})["']?)?[^\d]*(\d{1,5})?/.exec(
      text,
    );
  const port = Number(found?.[2] ?? found?.[3]);
  return found?.[1] === undefined || !Number.isInteger(port) ? undefined : { port, variable: found[1] };
}
