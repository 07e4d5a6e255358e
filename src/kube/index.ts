/**
 * The public face of src/kube. It is a bundle of its own (dist/kube.js), loaded when a cluster is first opened: see
 * load.ts.
 */
import { FileKubeconfigs, type KubeconfigsOptions } from './kubeconfigs';
import type { Kubeconfigs } from './types';

/**
 * The user's kubeconfigs: those of KUBECONFIG or `~/.kube/config`, and more files. Nothing is read before it is asked
 * for.
 */
export function createKubeconfigs(options: KubeconfigsOptions): Kubeconfigs {
  return new FileKubeconfigs(options);
}

export type { KubeconfigsOptions } from './kubeconfigs';
export { rbacYaml, DISCOVERY_RULES, type NonResourceRule, type RbacRequest, type RbacRule } from './net/rbac';
export { openConnections } from './net/dial';
