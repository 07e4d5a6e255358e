/**
 * Loads the kube room when a cluster is first opened: it brings client-node along, and activation must not pay for
 * that.
 */
import type * as Kube from './index';

let loaded: Promise<typeof Kube> | undefined;

/** The kube room, loaded once. Needs Node 22.19 or newer (undici 8, which client-node 2 stands on). */
export function loadKube(): Promise<typeof Kube> {
  // The bundles of the extension and of the command line stand beside dist/kube.js and keep this path as it is.
  return (loaded ??= import('./kube.js' as string) as Promise<typeof Kube>);
}
