/** Apart from file.ts, so that what asks this alone does not load the grammar: the extension's start does. */

/** Imports that make a file worth a look. All else is left alone without being parsed. */
const RELEVANT =
  /"(sigs\.k8s\.io\/controller-runtime|k8s\.io\/client-go|k8s\.io\/component-base|k8s\.io\/cli-runtime|k8s\.io\/controller-manager)(\/[^"]*)?"/;

/** True when the text imports a Kubernetes client or a controller library. */
export function isRelevant(text: string): boolean {
  return RELEVANT.test(text);
}
