/** A reference to a variable in a compose file, or `$$` for a dollar sign. */
export const composeReference: RegExp = /\$(?:(\$)|([A-Za-z_]\w*)|\{([A-Za-z_]\w*)(?:(:?[-?+])([^}]*))?\})/g;

/**
 * Fills in `${NAME:-default}` (Compose specification, `12-interpolation.md`) without looking at any environment; undefined when a
 * variable without default is needed.
 */
export function interpolate(text: string): string | undefined {
  let isKnown = true;
  const filled = text.replaceAll(
    composeReference,
    (_, dollar?: string, _name?: string, _braced?: string, operator?: string, operand?: string) => {
      if (dollar !== undefined) return '$';
      if (operator === ':-' || operator === '-') return operand ?? '';
      if (operator === ':+' || operator === '+') return '';
      isKnown = false;
      return '';
    },
  );
  return isKnown ? filled : undefined;
}

/** The text, or all text in a value, with references to these variables filled in; those to others and `$$` stay. */
export function fillVariables(value: unknown, variables: Readonly<Record<string, string>>): unknown {
  if (typeof value === 'string') return filledText(value, variables);
  if (Array.isArray(value)) return value.map((one: unknown) => fillVariables(one, variables));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, fillVariables(one, variables)]));
}

function filledText(text: string, variables: Readonly<Record<string, string>>): string {
  return text.replaceAll(
    composeReference,
    (all, dollar?: string, bare?: string, braced?: string, operator?: string, operand?: string) => {
      const value = variables[bare ?? braced ?? ''];
      if (dollar !== undefined || value === undefined) return all;
      const isSet = operator?.startsWith(':') === true ? value !== '' : true;
      if (operator?.endsWith('+') === true) return isSet ? (operand ?? '') : '';
      // What is filled in is no reference any more.
      return (isSet || operator === undefined ? value : (operand ?? '')).replaceAll('$', '$$$$');
    },
  );
}

/** The variables of an environment file (`NAME=value` lines, quotes taken off). */
export function variablesIn(text: string): Readonly<Record<string, string>> {
  const lines = [...text.matchAll(/^\s*(?:export\s+)?([A-Za-z_]\w*)\s*[=:]\s*(.*?)\s*$/gm)];
  return Object.fromEntries(
    lines.map(([, name = '', value = '']) => [name, value.replace(/^(["'])(.*)\1$/, '$2')] as const),
  );
}
