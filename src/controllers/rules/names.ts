import { programOf } from '../flags';
import { imageName } from '../image';
import type { Rule } from './rule';

const HINT = /(^|[-_.])(controllers?|operator|controller-manager|reconciler|autoscaler)([-_.]|$)/;

/** Names may be good or bad: they are only a hint. */
export const name: Rule = {
  name: 'name',
  weight: 15,
  test: (s) => (HINT.test(s.name) ? `is called ${s.name}` : undefined),
};

export const image: Rule = {
  name: 'image',
  weight: 15,
  test: (s) => {
    const n = s.main === undefined ? '' : imageName(s.main.image);
    return HINT.test(n) ? `runs the image ${n}` : undefined;
  },
};

/** kubebuilder's and Operator SDK's name for the container and the program. */
export const manager: Rule = {
  name: 'manager',
  weight: 15,
  test: (s) => {
    if (s.main === undefined) return undefined;
    const program = programOf(s.main);
    if (/^(manager|.+-(controller|operator|manager)|operator|controller)$/.test(program))
      return `runs the program ${program}`;
    return s.main.name === 'manager' || HINT.test(s.main.name) ? `has a container named ${s.main.name}` : undefined;
  },
};
