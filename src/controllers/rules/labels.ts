import type { Rule } from './rule';

/** kubebuilder's scaffold labels its Deployment `control-plane: controller-manager`. */
export const controlPlaneLabel: Rule = {
  name: 'control-plane-label',
  weight: 50,
  test: ({ labels }) => {
    const v = labels['control-plane'];
    return v !== undefined && /controller|manager|operator/.test(v) ? `has the label control-plane=${v}` : undefined;
  },
};

const COMPONENT_KEYS = ['app.kubernetes.io/component', 'component'];

/** The recommended label, in which charts say what a component is. */
export const componentLabel: Rule = {
  name: 'component-label',
  weight: 40,
  test: ({ labels }) => {
    const key = COMPONENT_KEYS.find((k) =>
      /^(controller|controllers|manager|operator|controller-manager)$|-(controller|controller-manager|operator)$/.test(
        labels[k] ?? '',
      ),
    );
    return key === undefined ? undefined : `has the label ${key}=${labels[key]}`;
  },
};

/**
 * Operator Lifecycle Manager marks the Deployments that it creates from a ClusterServiceVersion: these are operators.
 */
export const olmLabel: Rule = {
  name: 'olm-label',
  weight: 50,
  test: ({ labels }) =>
    labels['olm.owner.kind'] === 'ClusterServiceVersion'
      ? `was installed by Operator Lifecycle Manager as ${labels['olm.owner'] ?? 'an operator'}`
      : undefined,
};
