import { REASONS, THRESHOLDS } from '../pipeline/thresholds';
import type { Panel } from './types';

const CLIENT = 'client_golang prometheus/process_collector.go and go_collector.go';
const RUNTIME = 'Go runtime/metrics, as client_golang\'s go_collector names them';
const by = '(job, instance)';
const gauge = (group: 'Process' | 'Go runtime', id: string, title: string, unit: Panel['unit'], metric: string, tells: string, from: string): Panel =>
  ({ group, id, title, unit, promql: `sum by ${by} (${metric})`, tells, from, needs: [metric] });

/** Process and Go runtime: one series a process. */
export const PROCESS_PANELS: readonly Panel[] = [
  {
    id: 'process.cpu', group: 'Process', title: 'CPU', unit: 'cores', promql: `sum by ${by} (rate(process_cpu_seconds_total[$window]))`,
    tells: 'Cores in use. Near GOMAXPROCS or the container\'s limit, CPU holds the process back.', from: CLIENT, needs: ['process_cpu_seconds_total'],
  },
  {
    id: 'process.cpuShare', group: 'Process', title: 'CPU of GOMAXPROCS', unit: 'percent',
    promql: `100 * sum by ${by} (rate(process_cpu_seconds_total[$window])) / sum by ${by} (go_sched_gomaxprocs_threads)`,
    tells: 'CPU as a share of what Go may use at once. Since Go 1.25 that follows the container\'s CPU limit.', from: RUNTIME,
    needs: ['process_cpu_seconds_total', 'go_sched_gomaxprocs_threads'], thresholds: [{ value: 100 * THRESHOLDS.cpuOfCores.warm, text: REASONS.cpuOfCores }],
  },
  gauge('Process', 'process.rss', 'Resident memory', 'bytes', 'process_resident_memory_bytes', 'Memory as the kernel counts it; the container\'s limit ends the process here. Informer caches are most of it in many controllers.', CLIENT),
  gauge('Process', 'process.fds', 'Open file descriptors', 'count', 'process_open_fds', 'Files and connections. A steady climb is a leak of connections.', CLIENT),
  gauge('Go runtime', 'go.goroutines', 'Goroutines', 'count', 'go_goroutines', 'Informers, workers and everything else that runs. A steady climb is a leak.', CLIENT),
  gauge('Go runtime', 'go.gomaxprocs', 'GOMAXPROCS', 'count', 'go_sched_gomaxprocs_threads', 'Threads that may run Go code at once.', RUNTIME),
  {
    id: 'go.gcPauseMax', group: 'Go runtime', title: 'Longest recent GC pause', unit: 'seconds', promql: `max by ${by} (go_gc_duration_seconds{quantile="1"})`,
    tells: 'How long everything stood still for the collector, at the most, among recent collections.', from: CLIENT, needs: ['go_gc_duration_seconds'],
  },
  {
    id: 'go.gcCycles', group: 'Go runtime', title: 'Garbage collections', unit: 'perSecond', promql: `sum by ${by} (rate(go_gc_duration_seconds_count[$window]))`,
    tells: 'Many a second mean a small heap that is filled fast: GOGC or GOMEMLIMIT can make them rarer.', from: CLIENT, needs: ['go_gc_duration_seconds_count'],
  },
  {
    id: 'go.gcCpu', group: 'Go runtime', title: 'CPU of the garbage collector', unit: 'cores', promql: `sum by ${by} (rate(go_cpu_classes_gc_total_cpu_seconds_total[$window]))`,
    tells: 'Cores that the collector takes, by Go\'s own estimate.', from: RUNTIME, needs: ['go_cpu_classes_gc_total_cpu_seconds_total'],
  },
  gauge('Go runtime', 'go.heapInuse', 'Heap in use', 'bytes', 'go_memstats_heap_inuse_bytes', 'Heap that holds objects, dead ones not yet collected among them.', CLIENT),
  gauge('Go runtime', 'go.heapLive', 'Heap alive after the last collection', 'bytes', 'go_gc_heap_live_bytes', 'What really is kept. Its climb is a leak or a growing cache.', RUNTIME),
  gauge('Go runtime', 'go.memLimit', 'GOMEMLIMIT', 'bytes', 'go_gc_gomemlimit_bytes', 'Near it, the collector runs more and more to stay below.', RUNTIME),
  {
    id: 'go.alloc', group: 'Go runtime', title: 'Allocation', unit: 'bytes', promql: `sum by ${by} (rate(go_memstats_alloc_bytes_total[$window]))`,
    tells: 'Bytes allocated each second: what drives the collector. The allocs profile tells where.', from: CLIENT, needs: ['go_memstats_alloc_bytes_total'],
  },
  {
    id: 'go.schedP99', group: 'Go runtime', title: 'Wait for a CPU, p99', unit: 'seconds', promql: 'histogram_quantile(0.99, sum by (job, instance, le) (rate(go_sched_latencies_seconds_bucket[$window])))',
    tells: 'How long a goroutine that could run waits until it does. Milliseconds mean that there is too little CPU.', from: RUNTIME,
    needs: ['go_sched_latencies_seconds_bucket'], thresholds: [{ value: THRESHOLDS.schedP99.warm, text: REASONS.schedP99 }],
  },
];
