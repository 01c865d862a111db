import type { PythonFile } from './import-scan.ts';
import { type PortExpression, portExpression } from './port-expression.ts';
import {
  argumentsOf,
  childrenOf,
  lineOf,
  type Node,
  nodesBelow,
  stringValue,
  withPythonSyntax,
} from './python-syntax.ts';

/** A place where Gradio starts its server: `demo.launch(server_name="0.0.0.0", server_port=7860)`. */
export interface GradioLaunch {
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  /** `server_port`, where it says one; Gradio takes `GRADIO_SERVER_PORT` and 7860 otherwise. */
  readonly port: PortExpression | undefined;
  /** `server_name`; undefined where it is not given, `*` where it is computed. Gradio listens on 127.0.0.1 alone without one. */
  readonly host: string | undefined;
}

/** Where files that import Gradio launch it. */
export async function findGradioLaunches(files: readonly PythonFile[]): Promise<readonly GradioLaunch[]> {
  const found: GradioLaunch[] = [];
  for (const file of files) {
    if (!file.path.endsWith('.py') || !/^\s*(?:import|from)\s+gradio\b/m.test(file.text)) continue;
    await withPythonSyntax(file.text, (root) => {
      for (const node of nodesBelow(root)) if (isLaunch(node)) found.push(launchAt(node, file.path));
    });
  }
  return found;
}

function isLaunch(node: Node): boolean {
  const callee = node.type === 'call' ? node.childForFieldName('function') : null;
  return callee?.type === 'attribute' && callee.childForFieldName('attribute')?.text === 'launch';
}

function launchAt(node: Node, file: string): GradioLaunch {
  const { keywords } = argumentsOf(node);
  const host = keywords.get('server_name');
  const value = host && (stringValue(host) ?? childrenOf(host).map(stringValue).find(Boolean));
  return {
    file,
    line: lineOf(node),
    port: portExpression(keywords.get('server_port')),
    host: host === undefined ? undefined : value === undefined || value.hasHoles ? '*' : value.text,
  };
}
