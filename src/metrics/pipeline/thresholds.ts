/**
 * Every number by which the pipeline, the lines in charts and the alerts judge, and the reason for each. Warm: worth a
 * look. Hot: somebody waits for it. In seconds, shares of one, or per second.
 */
export const THRESHOLDS = {
  /** p99 wait in the client's rate limiter, s. */
  limiterP99: { warm: 0.25, hot: 1 },
  /** Mean time in queue, s. */
  queueWait: { warm: 1, hot: 10 },
  /** Items waiting for each worker. */
  depthPerWorker: { warm: 1, hot: 10 },
  /** Share of the workers that are busy. */
  busyShare: { warm: 0.8, hot: 0.95 },
  /** p99 of a reconcile, s. */
  reconcileP99: { warm: 5, hot: 30 },
  /** Share of reconciles that end in an error. */
  errorShare: { warm: 0.1, hot: 0.5 },
  /** Share of adds that are retries. */
  retryShare: { warm: 0.3, hot: 0.7 },
  /** Mean time of a request without the limiter's wait, s. */
  serverMean: { warm: 0.1, hot: 0.5 },
  /** p99 of a request, s. */
  serverP99: { warm: 1, hot: 4 },
  /** Share of requests that are answered 429. */
  rejectedShare: { warm: 0.01, hot: 0.05 },
  /** CPU as a share of the cores that the process may use. */
  cpuOfCores: { warm: 0.8, hot: 0.95 },
  /** p99 wait of a goroutine for a CPU, s. */
  schedP99: { warm: 0.01, hot: 0.1 },
} as const;

export type ThresholdName = keyof typeof THRESHOLDS;

/** The reason for each threshold: shown beside its line in a chart and in an alert's description. */
export const REASONS: Readonly<Record<ThresholdName, string>> = {
  limiterP99:
    'client-go logs a wait above 50 ms, and one above 1 s loudly (rest/request.go); ' +
    'a quarter of a second is 30 times what a usual request takes',
  queueWait:
    'a second in queue is more than a usual reconcile takes; ten are noticed by people who wait for the object',
  depthPerWorker: 'one item for each worker is taken up next; ten each wait for ten reconciles in a row',
  busyShare: 'above 80 % busy, random arrivals wait longer in the queue than the work takes',
  reconcileP99:
    'five seconds are ten requests that each took half a second; ' +
    "client-go's own timeouts and leases come in at 10 to 30 s",
  errorShare: 'conflicts make up some per cent of healthy reconciles; half of them failing is no conflict',
  retryShare: 'above it, more work comes from the controller itself than from changes',
  serverMean:
    "an API server answers single objects in some 10 ms; Kubernetes' own objective is 1 s at p99 (SIG Scalability)",
  serverP99: "Kubernetes' objective for single-object calls is 1 s at p99 (SIG Scalability)",
  rejectedShare: 'each 429 costs the caller a wait of a second or more; one in a hundred is p99',
  cpuOfCores: 'from 80 % on goroutines wait for a CPU at times; near 100 % always',
  schedP99: 'ten milliseconds is what a whole request takes',
};

/** What a verdict requires. */
export const EVIDENCE = {
  /**
   * Least observed time, s. In less, a burst or a garbage collection looks like a lasting state. Ten scrapes at 2 s are
   * 18 s.
   */
  seconds: 15,
  /** The time that a verdict looks at, s: what holds a controller back now, not what did before a change. */
  window: 60,
  /** Least number of points of the queue's depth in that time. */
  points: 5,
  /** Least number of adds and reconciles, or requests, in that time: with fewer, shares are chance. */
  events: 10,
  /** Share of the busy workers' time that a cause must take. With more than half, nothing else takes as much. */
  share: 0.5,
  /** The share that requests may take at most when neither limiter nor server is the cause. */
  small: 0.3,
  /** Mean wait in the limiter, s. With tokens left there is none at all, and client-go begins to log at 50 ms. */
  limiterMean: 0.05,
  /** Mean time of a request without the limiter, s: below it the number of calls is the cause, not a slow server. */
  serverMean: 0.1,
  /**
   * Least rise of a queue that counts as growing, or fall of one that drains, in items. Random arrivals move it by
   * less.
   */
  growth: 5,
  /**
   * From this value on Kendall's tau shows a trend: the share of pairs of points that rise, minus the share that fall.
   */
  trend: 0.4,
  /** A queue that will be empty sooner than this, s, works off a burst, as after every start. */
  drained: 120,
  /** A drop of this share over half the window is more than noise. */
  drop: 0.15,
  /** Least number of failed reconciles in the window. */
  errors: 5,
  /**
   * Least reconciles a second of a loop. The default retry limiter lets 10 through, so this many come from events
   * alone.
   */
  loopRate: 20,
  /**
   * Least writes per reconcile of a loop. When two controllers fight, each write brings its own event and the other's,
   * and a requeue where the controller pauses before it writes: one reconcile in three writes. A quarter leaves room
   * for a resync.
   */
  loopWrites: 0.25,
  /**
   * Share of the process's reconciles that the looping controller makes: writes are only known for the whole process,
   * and must be its own.
   */
  loopLane: 0.9,
  /**
   * Up to this share of the adds may be retries (some conflicts of a fight); above it, retries may drive the loop, not
   * events.
   */
  loopRetries: 0.1,
  /**
   * Events of others per write: one in a fight, less where two events of an object merge in the queue, none where it
   * polls.
   */
  loopAnswers: 0.5,
  /**
   * What a loop's queue may hold, as time to work it off, s: the events of one round come together and are soon gone.
   */
  loopQueue: 0.25,
  /** How much a loop's rate may vary, standard deviation divided by mean: it drives itself, evenly. */
  loopVariation: 0.3,
} as const;
