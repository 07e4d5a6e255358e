import type { LabelSelector } from './types';

type Labels = Readonly<Record<string, string>>;

/** True when the labels have every pair of a Service's selector. A Service without a selector selects nothing. */
export function selects(selector: Labels, labels: Labels): boolean {
  let any = false;
  for (const key in selector) {
    if (labels[key] !== selector[key]) return false;
    any = true;
  }
  return any;
}

/** A LabelSelector as Kubernetes reads it; an empty one matches everything. */
export function matches(selector: LabelSelector, labels: Labels): boolean {
  for (const key in selector.matchLabels) if (labels[key] !== selector.matchLabels[key]) return false;
  return selector.matchExpressions.every(({ key, operator, values }) => {
    const v = labels[key];
    switch (operator) {
      case 'In':
        return v !== undefined && values.includes(v);
      case 'NotIn':
        return v === undefined || !values.includes(v);
      case 'Exists':
        return v !== undefined;
      case 'DoesNotExist':
        return v === undefined;
    }
  });
}
