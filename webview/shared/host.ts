/** The page's end of the wire: typed messages to the host, requests that resolve with their answer, state that survives. */
import { PROTOCOL, type FromPage, type PageName, type ToPage } from '../../src/protocol/pages';
import { Problem } from '../../src/base/problem';

interface VsCodeApi { postMessage(m: unknown): void; getState(): unknown; setState(s: unknown): void }
declare function acquireVsCodeApi(): VsCodeApi;

type Body<T> = T extends unknown ? Omit<T, 'v'> : never;
type Request = Extract<FromPage, { id: number }>;
type Answer = Extract<ToPage, { id: number }>;

export class Host {
  readonly #api = acquireVsCodeApi();
  readonly #waiting = new Map<number, { resolve: (a: Answer) => void; reject: (e: unknown) => void }>();
  #nextId = 1;

  constructor(readonly page: PageName, onMessage: (m: Exclude<ToPage, Answer>) => void) {
    window.addEventListener('message', (event: MessageEvent<ToPage>) => {
      const m = event.data;
      if (m?.v !== PROTOCOL) return;
      if (!('id' in m)) { onMessage(m); return; }
      const waiting = this.#waiting.get(m.id);
      this.#waiting.delete(m.id);
      if (m.type === 'problem') waiting?.reject(Problem.fromJSON(m.problem));
      else waiting?.resolve(m);
    });
  }

  send(m: Body<FromPage>): void { this.#api.postMessage({ v: PROTOCOL, ...m }); }

  /** `await host.ask({ type: 'flame', query })` → the message of the same type; rejects with a Problem. */
  ask<T extends Request['type']>(m: { readonly type: T } & Omit<Extract<Request, { type: T }>, 'v' | 'id'>): Promise<Extract<Answer, { type: T }>> {
    const { id, answer } = this.expect<T>();
    this.send({ ...m, id } as unknown as Body<FromPage>);
    return answer;
  }

  /** The id for a request that another message carries, and its answer to come. */
  expect<T extends Request['type']>(): { readonly id: number; readonly answer: Promise<Extract<Answer, { type: T }>> } {
    const id = this.#nextId++;
    const answer = new Promise<Extract<Answer, { type: T }>>((resolve, reject) => {
      this.#waiting.set(id, { resolve: (a) => { resolve(a as Extract<Answer, { type: T }>); }, reject });
    });
    return { id, answer };
  }

  /** State of this page, kept over hiding and reloads; the two pages of one file keep theirs apart. */
  get state(): unknown { return (this.#all())[this.page]; }
  set state(s: unknown) { this.#api.setState({ ...this.#all(), [this.page]: s }); }

  #all(): Record<string, unknown> { return (this.#api.getState() as Record<string, unknown> | undefined) ?? {}; }
}
