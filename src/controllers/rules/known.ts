import type { Rule } from './rule';

/** A widespread system (../known.ts). */
export const known: Rule = {
  name: 'known',
  weight: 100,
  test: (s) => (s.known === undefined ? undefined : `is ${s.known.system.title} (${s.known.by})`),
};
