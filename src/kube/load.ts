/**
 * Loads the kube room when a cluster is first opened. It brings client-node along, which activation must not pay for.
 */
import type * as Kube from './index';

let loaded: Promise<typeof Kube> | undefined;

/** The kube room, loaded once. Needs Node 22.19 or newer (undici 8, which client-node 2 builds on). */
export function loadKube(): Promise<typeof Kube> {
  // The bundles of the extension and of the command line lie beside dist/kube.js and leave this path as it is.
  return (loaded ??= import('./kube.js' as string) as Promise<typeof Kube>);
}
