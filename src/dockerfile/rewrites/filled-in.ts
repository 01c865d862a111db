/** A word with `$NAME` and `${NAME}` replaced where they are known; other references stay as written. */
export function filledIn(word: string, variables: Readonly<Record<string, string>>): string {
  return word.replace(
    /\$(?:(\w+)|\{(\w+)\})/g,
    (whole, plain: string | undefined, braced: string | undefined) => {
      const name = plain ?? braced ?? '';
      return Object.hasOwn(variables, name) ? (variables[name] ?? whole) : whole;
    },
  );
}
