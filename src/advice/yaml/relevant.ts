/** Apart from index.ts, so that what asks this alone does not load the reader of YAML: the extension's start does. */

/** Characters. Larger files are generated; nobody tunes by hand in them. */
export const MAX_YAML = 5_000_000;

const RELEVANT =
  /--[a-z-]*(?:qps|burst|concurren)|kube-controller-manager|kube-scheduler|kubeadm\.k8s\.io|KubeadmControlPlane|clientConnection|argocd|argo-cd|repoServer|configs:|moco|cert-manager|crossplane|kueue|keda|external-secrets|(?:kustomize|source|helm)-controller|cluster-api|kubeadm-(?:bootstrap|control-plane)|capi-|\.config\.k8s\.io/;

/** False for what surely holds nothing to look at, told without parsing. */
export function isRelevantYaml(text: string): boolean {
  return text.length <= MAX_YAML && RELEVANT.test(text);
}
