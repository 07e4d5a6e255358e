/** What a busy worker does, judged by the frames on its stack: rules as data, the first that matches decides. */
import type { GoroutineGroup, StackFrame, WorkerState } from '../../types';

interface Rule {
  readonly state: WorkerState;
  /** A frame of the stack. */
  readonly frame: RegExp;
  /** A frame that this one was called from, at any distance. */
  readonly below?: RegExp;
}

/** client-go rest/request.go: `(*Request).request` (v0.37.2:1032) sends, `transformResponse` (:1175) reads the body. */
const REQUEST = /^k8s\.io\/client-go\/rest\.\(\*Request\)\./;
/**
 * Go's HTTP client, with HTTP/2 bundled, in a package of its own, or from golang.org/x/net; an HTTP/2 body is read from
 * a pipe.
 */
const HTTP =
  /^(net\/http|net\/http\/internal\/http2|golang\.org\/x\/net\/http2)\.(\(\*(Client|Transport|persistConn|body|bodyEOFSignal|ClientConn|clientStream|pipe|http2\w+)\)|(http2)?transportResponseBody)\./;

const RULES: readonly Rule[] = [
  // client-go util/flowcontrol/throttle.go: Accept v0.37.2:125, Wait :130, the same in v0.26.1. `tryThrottleWithInfo`
  // calls Wait.
  { state: 'throttled', frame: /^k8s\.io\/client-go\/util\/flowcontrol\.\(\*tokenBucketRateLimiter\)\.(Wait|Accept)$/ },
  { state: 'waitingForApi', frame: HTTP, below: REQUEST },
  // client-go rest/with_retry.go v0.37.2:195: sleeps for as long as the API server's Retry-After says.
  { state: 'waitingForApi', frame: /^k8s\.io\/client-go\/rest\.\(\*withRetry\)\.Before$/ },
  { state: 'external', frame: HTTP },
  {
    state: 'external',
    frame: /^google\.golang\.org\/grpc\.\(\*(ClientConn\)\.Invoke|clientStream\)\.(RecvMsg|SendMsg))$/,
  },
  { state: 'external', frame: /^database\/sql\.\(\*(DB|Conn|Tx|Stmt|Rows)\)\./ },
  { state: 'external', frame: /^os\/exec\.\(\*Cmd\)\.Wait$|^os\.\(\*Process\)\.Wait$/ },
  { state: 'external', frame: /^net\.\(\*(conn\)\.(Read|Write)|Dialer\)\.DialContext|Resolver\)\.\w+)$/ },
  // Also matches a worker that waits for another goroutine's sync.Once: it waits for the Once's mutex.
  { state: 'locked', frame: /^sync\.\(\*(Mutex\)\.Lock|RWMutex\)\.R?Lock)$/ },
  { state: 'locked', frame: /^golang\.org\/x\/sync\/semaphore\.\(\*Weighted\)\.Acquire$/ },
];

/**
 * States of debug=2 in which a goroutine runs or is about to (`gStatusStrings` and wait reasons, runtime/traceback.go,
 * runtime2.go).
 */
const RUNS =
  /^(running|runnable|syscall|preempted|GC assist (marking|wait)|GC worker.*|waiting for GC.*|wait for GC.*|force gc.*|debug call|copystack)?$/;
/** Frames that show a wait when the state is unknown: the binary form has the runtime's own frames. */
const PARKED =
  /^(runtime\.(gopark|goparkunlock|selectgo|chanrecv[12]?|chansend1?)|time\.Sleep|sync\.\(\*(WaitGroup|Cond)\)\.Wait)$/;

/** `step`: index of the worker's own function in the stack; the frames before it are what it called. */
export function stateOf(group: GoroutineGroup, step: number): WorkerState {
  const called = group.stack.slice(0, step);
  const rule = RULES.find((r) => {
    const at = called.findIndex((f) => r.frame.test(f.name));
    return at >= 0 && (r.below === undefined || has(called.slice(at + 1), r.below));
  });
  if (rule) return rule.state;
  return RUNS.test(group.state) && !(group.state === '' && has(called, PARKED)) ? 'reconciling' : 'other';
}

function has(frames: readonly StackFrame[], name: RegExp): boolean {
  return frames.some((f) => name.test(f.name));
}
