/** Apart from index.ts: the extension's start asks only this, and should not load the reader of YAML for it. */

import { MAX_LENGTH } from '../maxLength';

const RELEVANT =
  /--[a-z-]*(?:qps|burst|concurren)|kube-controller-manager|kube-scheduler|kubeadm\.k8s\.io|KubeadmControlPlane|clientConnection|argocd|argo-cd|repoServer|configs:|moco|cert-manager|crossplane|kueue|keda|external-secrets|(?:kustomize|source|helm)-controller|cluster-api|kubeadm-(?:bootstrap|control-plane)|capi-|\.config\.k8s\.io/;

/** False when the text surely sets nothing of a known component. Doesn't parse it. */
export function isRelevantYaml(text: string): boolean {
  return text.length <= MAX_LENGTH && RELEVANT.test(text);
}
