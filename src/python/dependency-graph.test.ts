import { describe, expect, test } from 'vitest';
import {
  dependencyGraph,
  type GraphDistribution,
  linuxEnvironment,
  parseRequirementTexts,
  type RequestedName,
  reachableNodes,
} from './index.ts';

const environment = linuxEnvironment('3.11');

function distribution(name: string, requires: readonly string[] = [], version = '1.0'): GraphDistribution {
  return { name, version, requirements: parseRequirementTexts(requires) };
}

function graphOf(distributions: readonly GraphDistribution[], requested: readonly RequestedName[] = []) {
  return dependencyGraph({ distributions, requested, environment });
}

const web = [
  distribution('uvicorn', [
    'click>=7',
    'h11',
    'uvloop; extra == "standard"',
    'colorama; sys_platform == "win32" and extra == "standard"',
  ]),
  distribution('fastapi', ['starlette', 'uvicorn[standard]; extra == "all"']),
  ...['click', 'h11', 'uvloop', 'starlette', 'colorama'].map((name) => distribution(name)),
];

describe('who requires whom', () => {
  test('without extras: what the metadata says for this environment', () => {
    const { nodes } = graphOf(web);
    expect(nodes.get('uvicorn')?.to).toEqual(['click', 'h11']);
    expect(nodes.get('fastapi')?.to).toEqual(['starlette']);
    expect([...nodes.keys()].filter((id) => id.includes('['))).toEqual([]);
  });

  test('an extra is a node of its own, which depends on its distribution, and asks for extras of others', () => {
    const { nodes, requiredBy } = graphOf(web, [{ name: 'fastapi', extras: ['all'] }]);
    expect(nodes.get('fastapi[all]')?.to).toEqual(['fastapi', 'uvicorn[standard]']);
    expect(nodes.get('uvicorn[standard]')?.to).toEqual(['uvicorn', 'uvloop']);
    expect(requiredBy.get('uvloop')).toEqual(['uvicorn[standard]']);
  });

  test('an extra that names its own distribution again leads to the other extras', () => {
    const { nodes } = graphOf(
      [distribution('a', ['a[x]; extra == "all"', 'b; extra == "x"']), distribution('b')],
      [{ name: 'a', extras: ['all'] }],
    );
    expect(nodes.get('a[all]')?.to).toEqual(['a', 'a[x]']);
    expect(nodes.get('a[x]')?.to).toEqual(['a', 'b']);
  });

  test('what is missing, or has another version, is told as `pip check` does', () => {
    const { unmet } = graphOf([
      distribution('a', ['b>=2', 'gone', 'c ; extra == "x"']),
      distribution('b'),
      distribution('d', ['b==1.0']),
    ]);
    expect(unmet).toEqual([
      { by: 'a', name: 'b', specifier: '>=2', version: '1.0' },
      { by: 'a', name: 'gone', specifier: '', version: undefined },
    ]);
  });

  test('what is reached, with a circle, and what is not when one is passed by', () => {
    const graph = graphOf([distribution('a', ['b']), distribution('b', ['c', 'a']), distribution('c')]);
    expect([...reachableNodes(graph, ['a'])].sort()).toEqual(['a', 'b', 'c']);
    expect([...reachableNodes(graph, ['a'], new Set(['b']))]).toEqual(['a']);
  });
});
