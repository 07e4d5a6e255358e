import type { Flags } from '../flags';
import type { Rule, Candidate } from './rule';

/** The first flag with one of these names, as written: "--leader-elect", "--pprof-addr=:6060". */
function flagOf(s: Candidate, wanted: RegExp): string | undefined {
  for (const flags of s.flags as readonly Flags[]) {
    for (const [name, value] of flags) {
      if (!wanted.test(name)) continue;
      return value === 'true' ? `--${name}` : `--${name}=${value.length > 60 ? `${value.slice(0, 60)}…` : value}`;
    }
  }
  return undefined;
}

function started(s: Candidate, wanted: RegExp): string | undefined {
  const flag = flagOf(s, wanted);
  return flag === undefined ? undefined : `is started with ${flag}`;
}

/** Only one replica of a program with leader-election flags may act, even if the flag says `=false`. */
export const leaderFlags: Rule = {
  name: 'leader-flags',
  weight: 50,
  test: (s) => started(s, /^(enable-)?leader-elect(ion)?(-.+)?$/),
};

/** Flags about reconciling, workers, queues and the client's rate limit: only controllers have them. */
export const reconcileFlags: Rule = {
  name: 'reconcile-flags',
  weight: 50,
  test: (s) =>
    started(
      s,
      /^(max-concurrent-reconcil\w*|.+-max-concurrent-reconcil\w*|concurrent-.+-syncs|concurrent-reconciles|reconcile-(period|interval|timeout|sync-loop-period)|resync-period|sync-period|kube-api-(qps|burst)|kube-client-(qps|burst)|apiserver-qps-throttle|watch-namespaces?|requeue-(dependency|interval)|status-processors|operation-processors|controllers)$/,
    ),
};

/** Controllers have a number of workers, but so do web servers (gunicorn's --workers): it only adds to other signs. */
export const workersFlag: Rule = {
  name: 'workers-flag',
  weight: 15,
  test: (s) => started(s, /^(workers|worker-count|threadiness|concurrency)$/),
};

/** controller-runtime's scaffold has a separate address for probes. */
export const probeFlags: Rule = {
  name: 'probe-flags',
  weight: 25,
  test: (s) => started(s, /^health-probe-(bind-)?addr(ess)?$|^health-addr$/),
};

/** The flags of controller-runtime for the metrics address; other programs use other names. */
export const metricsFlags: Rule = {
  name: 'metrics-flags',
  weight: 20,
  test: (s) => started(s, /^metrics-(bind-address|addr|secure)$|^diagnostics-address$/),
};

/** A Go program that can be profiled; that says nothing about what it does. */
export const pprofFlags: Rule = {
  name: 'pprof-flags',
  weight: 15,
  test: (s) => started(s, /^(pprof|profiler|profiling)-(bind-)?(addr|address|port)$/),
};

/** Kubernetes' own components serve on it, but API servers do, too: it weighs little. */
export const securePort: Rule = {
  name: 'secure-port',
  weight: 10,
  test: (s) => started(s, /^secure-port$/),
};
