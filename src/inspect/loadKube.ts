/** The bundle with client-node, loaded only by the commands that need a cluster. */
import type * as Kube from '../kube/index';

/** dist/kube.js, beside this bundle: the same one that the extension loads. The name is kept from the type check and the bundler. */
export async function loadKube(): Promise<typeof Kube> {
  return (await import('./kube.js' as string)) as typeof Kube;
}
