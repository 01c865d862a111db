import type { BuiltImage } from './engine.ts';
import { readInspectedImage } from './inspected-image.ts';
import { callTool, type EngineTool, toolError } from './tool.ts';

const missing = /no such image|image not known|no such object|unable to find .* in local storage/i;

/** The image that Docker or Podman holds under that name, or undefined. */
export async function inspectHeld(tool: EngineTool, image: string): Promise<BuiltImage | undefined> {
  const result = await callTool(tool, ['image', 'inspect', image], { keepCharacters: 20_000_000 });
  if (result.code === 0) return readInspectedImage(image, result.stdout);
  if (missing.test(result.stderr)) return undefined;
  throw toolError(tool, `inspect image ${image}`, result);
}

/** Removes an image name; a missing one is fine. All three engines agree on the word. */
export async function removeHeld(tool: EngineTool, image: string): Promise<void> {
  const result = await callTool(tool, ['rmi', image]);
  if (result.code !== 0 && !missing.test(result.stderr))
    throw toolError(tool, `remove image ${image}`, result);
}
