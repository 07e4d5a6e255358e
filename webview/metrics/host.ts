/** The metrics page's end of the wire: typed messages to the host, requests that resolve with their answer, state that survives. */
import { METRICS_PROTOCOL, type FromMetricsPage, type ToMetricsPage } from '../../src/protocol/metrics';
import { Problem } from '../../src/base/problem';

interface VsCodeApi {
  postMessage(m: unknown): void;
  getState(): unknown;
  setState(s: unknown): void;
}
declare function acquireVsCodeApi(): VsCodeApi;

type Body<T> = T extends unknown ? Omit<T, 'v'> : never;
type Request = Extract<FromMetricsPage, { id: number }>;
type Answer = Extract<ToMetricsPage, { id: number }>;
/** The answer's type of each request; a problem rejects. */
interface AnswerOf {
  families: 'families';
  complete: 'completed';
  query: 'queried';
}

/** What a page hears without having asked. */
export type Told = Exclude<ToMetricsPage, Answer>;

export class Host {
  readonly #api = acquireVsCodeApi();
  readonly #waiting = new Map<number, { resolve: (a: Answer) => void; reject: (e: unknown) => void }>();
  #nextId = 1;

  constructor(onMessage: (m: Told) => void) {
    window.addEventListener('message', (event: MessageEvent<ToMetricsPage>) => {
      const m = event.data;
      if (m?.v !== METRICS_PROTOCOL) return;
      if (!('id' in m)) {
        onMessage(m);
        return;
      }
      const waiting = this.#waiting.get(m.id);
      this.#waiting.delete(m.id);
      if (m.type === 'problem') waiting?.reject(Problem.fromJSON(m.problem));
      else waiting?.resolve(m);
    });
  }

  send(m: Body<FromMetricsPage>): void {
    this.#api.postMessage({ v: METRICS_PROTOCOL, ...m });
  }

  /** `await host.ask({ type: 'families' })` → the message that answers it; rejects with a Problem. */
  ask<T extends Request['type']>(
    m: { readonly type: T } & Omit<Extract<Request, { type: T }>, 'v' | 'id'>,
  ): Promise<Extract<Answer, { type: AnswerOf[T] }>> {
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, {
        resolve: (a) => {
          resolve(a as Extract<Answer, { type: AnswerOf[T] }>);
        },
        reject,
      });
      this.send({ ...m, id } as unknown as Body<FromMetricsPage>);
    });
  }

  /** State of this page, kept over hiding and reloads. */
  get state(): unknown {
    return this.#api.getState();
  }
  set state(s: unknown) {
    this.#api.setState(s);
  }
}
