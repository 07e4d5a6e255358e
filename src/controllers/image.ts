import type { ContainerRecord } from './types';

/** Path of an image without registry, tag and digest: `quay.io/argoproj/argocd:v3@sha256:…` → `argoproj/argocd`. */
export function repositoryOf(image: string): string {
  const plain = untagged(image);
  const slash = plain.indexOf('/');
  const registry = slash > 0 && /[.:]|^localhost$/.test(plain.slice(0, slash));
  return registry ? plain.slice(slash + 1) : plain;
}

/** Last part of the path: `quay.io/jetstack/cert-manager-controller:v1` → `cert-manager-controller`. */
export function imageName(image: string): string {
  const plain = untagged(image);
  return plain.slice(plain.lastIndexOf('/') + 1);
}

function untagged(image: string): string {
  const noDigest = image.split('@', 1)[0]!;
  const colon = noDigest.lastIndexOf(':');
  return colon > noDigest.lastIndexOf('/') ? noDigest.slice(0, colon) : noDigest;
}

/** Tag of an image, or the first 12 digits of its digest as `sha256:0123456789ab`; '' when it has neither. */
export function versionOf(image: string): string {
  const [name = '', digest] = image.split('@');
  const colon = name.lastIndexOf(':');
  if (colon > name.lastIndexOf('/')) return name.slice(colon + 1);
  if (digest === undefined) return '';
  const [algorithm = '', hex = ''] = digest.split(':');
  return `${algorithm}:${hex.slice(0, 12)}`;
}

/**
 * Containers beside the main one: proxies, reloaders, CSI and service mesh helpers. Matched by the name of the
 * container or of its image.
 */
const SIDECAR =
  /^(kube-rbac-proxy|oauth2?-proxy|istio-proxy|proxyv2|linkerd-proxy|linkerd-init|envoy(-sidecar)?|daprd|vault-agent|consul-(dataplane|connect.*)|cloud-?sql-?proxy|fluent-?bit|fluentd|promtail|vector|otel-?(collector|agent).*|opentelemetry-collector.*|.*config-?map-?reload.*|(prometheus-)?config-reloader|k8s-sidecar|git-sync|livenessprobe|liveness-probe|(csi-)?node-driver-registrar|tailscale|pause)$/;

export function isSidecar(c: ContainerRecord): boolean {
  return SIDECAR.test(c.name) || SIDECAR.test(imageName(c.image));
}

/** True for the proxy that older kubebuilder scaffolds put in front of `/metrics`. */
export function isRbacProxy(c: ContainerRecord): boolean {
  return c.name === 'kube-rbac-proxy' || imageName(c.image).startsWith('kube-rbac-proxy');
}

/**
 * A pod's main container: the one named `manager` (kubebuilder), or like a controller or operator; else the first that
 * is no sidecar; else the first.
 */
export function mainContainer(containers: readonly ContainerRecord[]): ContainerRecord | undefined {
  const own = containers.filter((c) => !isSidecar(c));
  return (
    own.find((c) => c.name === 'manager') ??
    own.find((c) => /(^|-)(controller|controller-manager|operator|manager)$/.test(c.name)) ??
    own[0] ??
    containers[0]
  );
}
