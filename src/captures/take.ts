/** Captures a profile from a process: ask, wait, check, and only then save. */
import { Problem } from '../base/problem';
import type { OpenProfile } from '../profile/types';
import { expectOk } from '../target/expect';
import { get } from '../target/get';
import type { Answer, Target } from '../target/types';
import { checkBody, DEFAULT_MAX_BYTES, type Opener } from './check';
import { kindLabel, pathOf, records } from './kinds';
import { isSampled, whyEmpty } from './sampling';
import type { CaptureStore } from './store';
import type { Capture, CaptureInfo, PprofKind } from './types';

export interface CaptureProgress {
  /**
   * waiting: its time has not come yet; recording: the process collects; reading: bytes come in; saving: they are
   * checked and written.
   */
  readonly phase: 'waiting' | 'recording' | 'reading' | 'saving';
  /** Whole seconds still to wait or to record; 0 in the other phases and for kinds that answer at once. */
  readonly secondsLeft: number;
  /** Bytes received so far. */
  readonly bytes: number;
}

export interface FetchRequest {
  readonly target: Target;
  /** Path of the pprof index, ending in a slash: `/debug/pprof/`. */
  readonly basePath: string;
  readonly kind: PprofKind;
  /**
   * Length of a CPU profile or a trace, s. For the others 0, or N for what changed within N seconds (see `hasDelta`).
   */
  readonly seconds: number;
  /** How long the process may stay silent beyond `seconds`, ms. */
  readonly idleTimeoutMs: number;
  /** Ends the request at once; the AbortError passes through. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: CaptureProgress) => void;
  /** Reads the body for the check. */
  readonly open: Opener;
  /** Refuse a longer body, before and after decompression, bytes. Default 512 MiB. */
  readonly maxBytes?: number;
}

export interface TakeRequest extends FetchRequest {
  /** Where it comes from; `at` is the start. */
  readonly info: CaptureInfo;
  readonly store: CaptureStore;
  /**
   * Takes over the profile that the check has read, once the capture is saved. Without `keep` the profile is closed.
   */
  readonly keep?: (file: string, profile: OpenProfile) => void;
}

/**
 * Captures and saves. A failure or an abort leaves no file. Throws Problem `captures.*`, `target.*`, `profile.*`,
 * AbortError.
 */
export async function takeCapture(request: TakeRequest): Promise<Capture> {
  const { body, profile } = await fetchChecked(request);
  let kept = false;
  try {
    request.signal?.throwIfAborted();
    const capture = await request.store.write(request.info, body);
    if (profile && request.keep) {
      request.keep(capture.file, profile);
      kept = true;
    }
    return capture;
  } finally {
    if (!kept) profile?.dispose();
  }
}

/** Captures without saving: the bytes as a file would hold them, checked to be whole. */
export async function fetchCapture(request: FetchRequest): Promise<Buffer> {
  const { body, profile } = await fetchChecked(request);
  profile?.dispose();
  return body;
}

/** Like `fetchCapture`, with the profile that the check has read, still open. */
async function fetchChecked(
  request: FetchRequest,
): Promise<{ readonly body: Buffer; readonly profile: OpenProfile | undefined }> {
  const { kind, target, signal } = request;
  const maxBytes = request.maxBytes ?? DEFAULT_MAX_BYTES;
  const ticker = new Ticker(request);
  try {
    const text = kind === 'goroutine' && request.seconds === 0;
    const body = text
      ? await goroutines(request, ticker, maxBytes)
      : await ask(request, path(request), request.seconds, ticker, maxBytes);
    ticker.saving();
    const { samples, profile } = await checkBody(kind, text, body, {
      open: request.open,
      maxBytes,
      signal,
      label: target.label,
    });
    if (samples === 0 && isSampled(kind)) {
      profile?.dispose();
      const plain = await ask(request, `${request.basePath}${kind}?debug=1`, 0, ticker, maxBytes);
      throw whyEmpty(kind, plain.toString('utf8'), { label: target.label, seconds: request.seconds });
    }
    return { body, profile };
  } finally {
    ticker.stop();
  }
}

/**
 * Both text forms in one file, debug=1 first: only debug=1 has the pprof labels, only debug=2 has states, waits and
 * `created by`.
 */
async function goroutines(request: FetchRequest, ticker: Ticker, maxBytes: number): Promise<Buffer> {
  const grouped = await ask(request, `${request.basePath}goroutine?debug=1`, 0, ticker, maxBytes);
  const each = await ask(request, `${request.basePath}goroutine?debug=2`, 0, ticker, maxBytes);
  return Buffer.concat([grouped, Buffer.from(grouped.at(-1) === 10 ? '\n' : '\n\n'), each]);
}

function path({ basePath, kind, seconds }: FetchRequest): string {
  return `${basePath}${pathOf(kind)}${seconds > 0 ? `?seconds=${seconds}` : ''}`;
}

async function ask(
  request: FetchRequest,
  path: string,
  seconds: number,
  ticker: Ticker,
  maxBytes: number,
): Promise<Buffer> {
  const { target, signal } = request;
  ticker.start(seconds);
  const answer = await get(target, path, {
    // The process sends nothing while it records, so silence for that long is expected.
    idleTimeoutMs: seconds * 1000 + request.idleTimeoutMs,
    maxBytes,
    onProgress: (bytes) => {
      ticker.received(bytes);
    },
    ...(signal && { signal }),
  });
  refused(answer, request);
  return expectOk(answer, target, path).body;
}

/** Throws a Problem with a next step for what Go's pprof handlers refuse. Any other status is left to `expectOk`. */
function refused(answer: Answer, { target, kind, seconds, basePath }: FetchRequest): void {
  if (answer.status < 400) return;
  const { status } = answer;
  const text = answer.body.subarray(0, 400).toString('utf8').trim();
  const options = { status, detail: text };
  if (status === 400 && /WriteTimeout/i.test(text)) {
    throw new Problem(
      'captures.tooLong',
      `The HTTP server of ${target.label} ends answers before ${seconds} s are over (its WriteTimeout).`,
      { ...options, next: 'Capture fewer seconds, or raise WriteTimeout in the process.' },
    );
  }
  if (status === 400 && /not supported for this profile type/i.test(text)) {
    throw new Problem(
      'captures.noDelta',
      `${target.label} can't tell what changed of "${kindLabel(kind)}" within some seconds.`,
      { ...options, next: 'Capture it as it is now; the process may be built with an older Go.' },
    );
  }
  if (status === 500 && /tracing is already enabled/i.test(text)) {
    throw new Problem(
      'captures.traceInUse',
      `An execution trace of ${target.label} is being taken already, and a process can take only one at a time.`,
      { ...options, next: 'Wait until the other one ends, then capture again.' },
    );
  }
  if (status === 404 && /unknown profile/i.test(text)) {
    throw new Problem('captures.noKind', `${target.label} has no profile of the kind "${kindLabel(kind)}".`, {
      ...options,
      next: 'Choose another kind; the process may be built with an older Go.',
    });
  }
  if (status === 404) {
    throw new Problem('captures.noPprof', `${target.label} does not serve pprof under ${basePath}.`, {
      ...options,
      next:
        'Switch it on: PprofBindAddress in ctrl.Options (controller-runtime), --profiling for Kubernetes ' +
        'components, controller.profile.enabled for ArgoCD, or import net/http/pprof; or choose another port.',
    });
  }
}

/** Reports progress, with a countdown of the seconds, for the user who waits. */
class Ticker {
  #timer: NodeJS.Timeout | undefined;
  #ends = 0;
  #bytes = 0;
  constructor(private readonly request: FetchRequest) {}

  start(seconds: number): void {
    this.stop();
    this.#bytes = 0;
    this.#ends = Date.now() + seconds * 1000;
    this.#tell();
    if (seconds > 0 && this.request.onProgress)
      this.#timer = setInterval(() => {
        this.#tell();
      }, 500);
  }

  received(bytes: number): void {
    this.#bytes = bytes;
    this.#tell();
  }

  saving(): void {
    this.stop();
    this.request.onProgress?.({ phase: 'saving', secondsLeft: 0, bytes: this.#bytes });
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #tell(): void {
    const left = Math.max(0, Math.ceil((this.#ends - Date.now()) / 1000));
    // A trace comes in while it is recorded; everything else after it.
    const recording = left > 0 && (this.#bytes === 0 || records(this.request.kind));
    this.request.onProgress?.({
      phase: recording ? 'recording' : 'reading',
      secondsLeft: recording ? left : 0,
      bytes: this.#bytes,
    });
  }
}
