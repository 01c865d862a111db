/** Gives the text of a file of the build context, or undefined when there is none. */
export type ReadText = (path: string) => Promise<string | undefined>;
