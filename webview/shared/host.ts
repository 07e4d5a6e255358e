/** The page's end of the wire: typed messages to the host, requests that resolve with their answer, state that survives. */
import {
  PROTOCOL,
  type AnswerOf,
  type Asks,
  type FromPage,
  type PageName,
  type QueryOf,
  type ToPage,
} from '../../src/protocol/pages';
import { Problem } from '../../src/base/problem';

interface VsCodeApi {
  postMessage(m: unknown): void;
  getState(): unknown;
  setState(s: unknown): void;
}
declare function acquireVsCodeApi(): VsCodeApi;

type Body<T> = T extends unknown ? Omit<T, 'v'> : never;
type Request = Extract<FromPage, { id: number }>;
type Answer = Extract<ToPage, { id: number }>;
/** What a request of a type is answered with. */
type AnswerTo<T extends Request['type']> = Extract<Answer, { type: T extends 'ask' ? 'answer' : T }>;

export class Host {
  readonly #api = acquireVsCodeApi();
  readonly #waiting = new Map<number, { resolve: (a: Answer) => void; reject: (e: unknown) => void }>();
  #nextId = 1;

  constructor(
    readonly page: PageName,
    onMessage: (m: Exclude<ToPage, Answer>) => void,
  ) {
    window.addEventListener('message', (event: MessageEvent<ToPage>) => {
      const m = event.data;
      if (m?.v !== PROTOCOL) return;
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

  send(m: Body<FromPage>): void {
    this.#api.postMessage({ v: PROTOCOL, ...m });
  }

  /** `await host.ask({ type: 'goroutines' })` → the message of the same type; rejects with a Problem. */
  ask<T extends Request['type']>(
    m: { readonly type: T } & Omit<Extract<Request, { type: T }>, 'v' | 'id'>,
  ): Promise<AnswerTo<T>> {
    const { id, answer } = this.expect<T>();
    this.send({ ...m, id } as unknown as Body<FromPage>);
    return answer;
  }

  /** What the profile answers to a question: `await host.question('top', query)`. Rejects with a Problem. */
  async question<K extends Asks>(ask: K, query: QueryOf<K>): Promise<AnswerOf<K>> {
    const { value } = await this.ask({ type: 'ask', ask, query } as { readonly type: 'ask' } & Omit<
      Extract<FromPage, { type: 'ask' }>,
      'v' | 'id'
    >);
    return value as AnswerOf<K>;
  }

  /** The id for a request that another message carries, and its answer to come. */
  expect<T extends Request['type']>(): { readonly id: number; readonly answer: Promise<AnswerTo<T>> } {
    const id = this.#nextId++;
    const answer = new Promise<AnswerTo<T>>((resolve, reject) => {
      this.#waiting.set(id, {
        resolve: (a) => {
          resolve(a as AnswerTo<T>);
        },
        reject,
      });
    });
    return { id, answer };
  }

  /** State of this page, kept over hiding and reloads; the two pages of one file keep theirs apart. */
  get state(): unknown {
    return this.#all()[this.page];
  }
  set state(s: unknown) {
    this.#api.setState({ ...this.#all(), [this.page]: s });
  }

  #all(): Record<string, unknown> {
    return (this.#api.getState() as Record<string, unknown> | undefined) ?? {};
  }
}
