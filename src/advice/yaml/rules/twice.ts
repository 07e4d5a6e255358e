import type { YamlRule } from './rule';

/** A setting is made more than once in the same list or map. */
export const TWICE: YamlRule = {
  id: 'yaml-set-twice',
  title: 'Set more than once',
  explains:
    'The same flag, variable or key stands more than once in the same list or map. Of flags and variables the ' +
    'last one counts; of keys most readers take the last, and strict ones (kubectl with server-side validation) ' +
    "refuse the file. There is no fix: which one is meant can't be known.",
  *check({ place }) {
    for (const knob of place.component.knobs) {
      const now = place.inForce(knob);
      if (now?.twice !== true || now.span === undefined) continue;
      yield {
        ...now.span,
        rule: TWICE.id,
        severity: 'warning',
        message:
          `${now.label} is set more than once here; the last one, ${now.value ?? 'unknown'}, counts for most ` +
          'readers.',
        fixes: [],
      };
    }
  },
};
