/** Which component a container or a chart's values are of. */
import { COMPONENTS } from './components/index';
import type { Component } from './types';
import { imageOf } from './versions';

/** By its image, else by the program in the command line, else (where there is no image to tell) by name. */
export function componentOf(
  image: string | undefined,
  words: readonly string[],
  names: readonly string[],
): Component | undefined {
  const fits = (c: Component): boolean => (c.notWith?.some((w) => words.includes(w)) ?? false) === false;
  if (image !== undefined) {
    const { repository } = imageOf(image);
    const byImage = COMPONENTS.find(
      (c) =>
        c.images.test(repository) &&
        fits(c) &&
        (c.commands === undefined ||
          c.commands.some((w) => words.includes(w) || (words.length === 0 && names.includes(w)))),
    );
    if (byImage !== undefined) return byImage;
    return COMPONENTS.find((c) => words[0] !== undefined && (c.commands ?? [c.id]).includes(words[0]) && fits(c));
  }
  return COMPONENTS.find((c) => c.names.some((n) => names.includes(n)) && fits(c));
}
