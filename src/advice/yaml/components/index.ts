/** All components that are known: one table each, one list. */
import type { Component, Knob } from '../types';
import { ARGOCD_CONTROLLER } from './argocd';
import { CLUSTER_API } from './clusterApi';
import { KUBE_CONTROLLER_MANAGER, KUBE_SCHEDULER } from './kubernetes';
import { CERT_MANAGER, CROSSPLANE, EXTERNAL_SECRETS, FLUX, KEDA, KUEUE, MOCO } from './projects';

export { ARGOCD_CONTROLLER } from './argocd';
export { KUBE_CONTROLLER_MANAGER, KUBE_SCHEDULER } from './kubernetes';

export const COMPONENTS: readonly Component[] = [
  KUBE_CONTROLLER_MANAGER,
  KUBE_SCHEDULER,
  ARGOCD_CONTROLLER,
  MOCO,
  CERT_MANAGER,
  ...FLUX,
  ...CLUSTER_API,
  CROSSPLANE,
  KUEUE,
  ...KEDA,
  EXTERNAL_SECRETS,
];

/** Components by a flag that they have, without its dashes. */
export const BY_FLAG: ReadonlyMap<string, readonly { readonly component: Component; readonly knob: Knob }[]> = (() => {
  const map = new Map<string, { component: Component; knob: Knob }[]>();
  for (const component of COMPONENTS) {
    for (const knob of component.knobs) {
      for (const flag of knob.flags ?? []) {
        const list = map.get(flag);
        if (list === undefined) map.set(flag, [{ component, knob }]);
        else list.push({ component, knob });
      }
    }
  }
  return map;
})();
