/**
 * What controller-runtime does with a queue by default, by version. Read in pkg/controller/controller.go and
 * pkg/internal/controller of the releases named here.
 */
import { RUNTIME } from '../libraries';
import { atLeast } from '../modules/semver';
import type { Module } from '../modules/types';

/** "controller-runtime v0.25.2", or without the version where it is not known. */
export function runtimeName(module: Module): string {
  const version = module.version(RUNTIME)?.version;
  return version === undefined ? 'controller-runtime' : `controller-runtime ${version}`;
}

/** True when controller-runtime is at this version or later; undefined when that is not known. */
export function runtimeAtLeast(module: Module, floor: string): boolean | undefined {
  return atLeast(module.version(RUNTIME)?.version, floor);
}

/**
 * A panic in Reconcile is recovered by default from here on: `RecoverPanic` unset means true (v0.18.7 has it false).
 */
export const RECOVERS = 'v0.19.0';
/** `workqueue.TypedRateLimiter` instead of `ratelimiter.RateLimiter` in the options (v0.18.7 has the old one). */
export const TYPED_LIMITER = 'v0.19.0';
/** `Result.Requeue` is marked as deprecated (v0.20.4 is not). */
export const REQUEUE_DEPRECATED = 'v0.21.0';
/** k8s.io/utils/ptr comes with controller-runtime's own requirements (v0.16.6 has k8s.io/utils/pointer). */
export const HAS_PTR = 'v0.17.0';

/**
 * The default limiter of the plain queue: client-go's util/workqueue/default_rate_limiters.go. The priority queue has
 * the first part alone.
 */
export const PER_OBJECT = '5 ms to 1000 s per object';
export const OVERALL = '10 requeues/s, burst 100 over all objects';
