/** Apart from file.ts, so that what asks this alone does not load the grammar: the extension's start does. */
import { CLIENT_GO, RUNTIME } from '../libraries';

/** Imports that make a file worth a look. All else is left alone without being parsed. */
const RELEVANT =
  /"(sigs\.k8s\.io\/controller-runtime|k8s\.io\/client-go|k8s\.io\/component-base|k8s\.io\/cli-runtime|k8s\.io\/controller-manager)(\/[^"]*)?"/;

/** True for a go.mod that names a module whose version matters here. */
export function isRelevantModFile(text: string): boolean {
  return text.includes(RUNTIME) || text.includes(CLIENT_GO);
}

/** True when the text imports a Kubernetes client or a controller library. */
export function isRelevantGo(text: string): boolean {
  return RELEVANT.test(text);
}
