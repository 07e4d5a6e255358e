/** Modules that the advice is about. */
export const RUNTIME = 'sigs.k8s.io/controller-runtime';
export const CLIENT_GO = 'k8s.io/client-go';
