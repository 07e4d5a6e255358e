/** Packages that controllers are built from, by import path. */
import { RUNTIME } from '../libraries';
export const BUILDER = `${RUNTIME}/pkg/builder`;
export const CACHE = `${RUNTIME}/pkg/cache`;
export const CLIENT = `${RUNTIME}/pkg/client`;
export const CONFIG = `${RUNTIME}/pkg/config`;
export const CONTROLLER = `${RUNTIME}/pkg/controller`;
export const MANAGER = `${RUNTIME}/pkg/manager`;
export const PREDICATE = `${RUNTIME}/pkg/predicate`;
export const RECONCILE = `${RUNTIME}/pkg/reconcile`;
export const WORKQUEUE = 'k8s.io/client-go/util/workqueue';
export const WAIT = 'k8s.io/apimachinery/pkg/util/wait';
