/**
 * The one channel between host and pages: messages in both directions, and the page's questions with their answers.
 * Each page has a `Protocol`: its messages as two discriminated unions, and their shapes. Each end takes a table with a
 * handler for every message that it can receive, so a new member of a union doesn't compile until its receiver handles
 * it. A message is checked before its handler sees it; one that doesn't fit is dropped and logged.
 */
import { Disposables, type Disposable } from '../base/dispose';
import { Problem, type ProblemData } from '../base/problem';
import { anything, number, object, problem, text, type Fields, type Shape } from './shape';

/** A member of a page's union. */
export interface Message {
  readonly type: string;
}
/** The member of the union that has this type. */
export type Of<M extends Message, T extends M['type']> = M extends { readonly type: T } ? M : never;

/**
 * The messages between a page and its host. `Replies` maps the type of each question to its answer; a member of
 * `ToHost` that has no reply is a plain message.
 */
export interface Protocol<ToPage extends Message, ToHost extends Message, Replies> {
  /** Tells the pages of one panel apart: one that was replaced may still send messages. */
  readonly page: string;
  /** Host and pages ship together, so only a page that outlived an update of the extension has another version. */
  readonly version: number;
  readonly toPage: Shapes<ToPage>;
  readonly toHost: Shapes<ToHost>;
  readonly replies: { readonly [T in keyof Replies]: Shape<Replies[T]> };
}

/** A shape for each member of a union, without its `type` field. */
export type Shapes<M extends Message> = { readonly [T in M['type']]: Fields<Body<Of<M, T>>> };
type Body<M> = { [K in keyof M as Exclude<K, 'type'>]: M[K] };

/** A handler for each member of a union; the handler of a question returns the answer. */
export type Handlers<M extends Message, Replies = unknown> = {
  readonly [T in M['type']]: (
    m: Of<M, T>,
  ) => T extends keyof Replies ? Promise<Replies[T]> | Replies[T] : Promise<void> | void;
};

/** The connection to the other end. */
export interface Port {
  post(message: unknown): void;
  /** Dispose the returned value to stop listening. */
  onMessage(listener: (message: unknown) => void): Disposable;
}

/** What goes over the wire. */
type Envelope = {
  readonly page: string;
  readonly v: number;
} & (
  | { readonly kind: 'message'; readonly body: unknown }
  | { readonly kind: 'question'; readonly id: number; readonly body: unknown }
  | { readonly kind: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'problem'; readonly id: number; readonly problem: ProblemData }
  /** Reports what the page dropped, for the host's log. */
  | { readonly kind: 'dropped'; readonly why: string }
);
type Kind = Envelope['kind'];
type Sealed<K extends Kind> = Extract<Envelope, { kind: K }>;
type Unsealed = Envelope extends infer E ? (E extends unknown ? Omit<E, 'page' | 'v'> : never) : never;

const FORMS: { readonly [K in Kind]: Shape<Omit<Sealed<K>, 'page' | 'v' | 'kind'>> } = {
  message: object({ body: anything }),
  question: object({ id: number, body: anything }),
  answer: object({ id: number, value: anything }),
  problem: object({ id: number, problem }),
  dropped: object({ why: text }),
};

/** At most this many dropped messages are reported: a page of another version sends many. */
const MOST_TOLD = 20;

/** What both ends have in common. */
abstract class End<In extends Message> {
  protected readonly own = new Disposables();
  readonly #shapes: ReadonlyMap<string, Shape<unknown>>;
  #dropped = 0;

  constructor(
    protected readonly port: Port,
    private readonly protocol: { readonly page: string; readonly version: number },
    incoming: Shapes<In>,
  ) {
    const shapes = incoming as Readonly<Record<string, Fields<unknown>>>;
    this.#shapes = new Map(Object.entries(shapes).map(([type, fields]) => [type, object<unknown>(fields)]));
    this.own.add(
      port.onMessage((raw) => {
        if (this.own.disposed) return;
        const sealed = this.#opened(raw);
        if (sealed) this.hear(sealed);
      }),
    );
  }

  protected abstract hear(sealed: Envelope): void;
  protected abstract told(why: string): void;

  /** Nothing is sent or received after this. */
  dispose(): void {
    this.own.dispose();
  }

  protected post(sealed: Unsealed): void {
    const { page, version } = this.protocol;
    if (!this.own.disposed) this.port.post({ page, v: version, ...sealed });
  }

  protected drop(why: string): void {
    if (++this.#dropped <= MOST_TOLD) this.told(why);
  }

  /** The message in an envelope; undefined when it doesn't have the shape of its type. */
  protected read(body: unknown): In | undefined {
    const type: unknown = typeof body === 'object' && body !== null && 'type' in body ? body.type : undefined;
    const shape = typeof type === 'string' ? this.#shapes.get(type) : undefined;
    const wrong = shape?.(body);
    if (shape && wrong === undefined) return body as In;
    this.drop(shape ? `${String(type)}${wrong}` : `no message is called ${JSON.stringify(type)}`);
    return undefined;
  }

  #opened(raw: unknown): Envelope | undefined {
    const { page, v, kind } = (typeof raw === 'object' && raw !== null ? raw : {}) as Record<string, unknown>;
    // A late message from a page that was replaced is not an error.
    if (typeof page === 'string' && page !== this.protocol.page) return undefined;
    if (page !== this.protocol.page || v !== this.protocol.version || typeof kind !== 'string')
      this.drop(`not of version ${this.protocol.version} of the page ${this.protocol.page}`);
    else {
      const form = Object.hasOwn(FORMS, kind) ? FORMS[kind as Kind] : undefined;
      const wrong = form ? form(raw) : ' is of no known kind';
      if (wrong === undefined) return raw as Envelope;
      this.drop(`an envelope${wrong}`);
    }
    return undefined;
  }
}

/** What the host's end does when something goes wrong. */
export interface HostEvents {
  /** The Problem that tells the page why its question has no answer. */
  problemOf(e: unknown): Problem;
  /** The handler of a plain message threw or rejected. */
  failed(type: string, e: unknown): void;
  /** A message that doesn't fit was dropped, here or by the page. */
  dropped(why: string): void;
}

/** The host's end. */
export class HostChannel<ToPage extends Message, ToHost extends Message, Replies>
  extends End<ToHost>
  implements Disposable
{
  constructor(
    protocol: Protocol<ToPage, ToHost, Replies>,
    port: Port,
    private readonly handlers: Handlers<ToHost, Replies>,
    private readonly events: HostEvents,
  ) {
    super(port, protocol, protocol.toHost);
  }

  send(m: ToPage): void {
    this.post({ kind: 'message', body: m });
  }

  /** Answers a question whose id came in another message (`PageChannel.expect`). Never rejects. */
  async reply<T extends keyof Replies>(_type: T, id: number, answer: Promise<Replies[T]>): Promise<void> {
    await this.#answer(id, () => answer);
  }

  protected override hear(sealed: Envelope): void {
    if (sealed.kind === 'dropped') this.drop(`the page dropped: ${sealed.why}`);
    if (sealed.kind !== 'message' && sealed.kind !== 'question') return;
    const m = this.read(sealed.body);
    if (!m) {
      if (sealed.kind === 'question')
        void this.#answer(sealed.id, () =>
          Promise.reject(new Problem('protocol.malformed', 'The page asked for what the extension does not know.')),
        );
      return;
    }
    const handler = this.handlers[m.type as ToHost['type']] as (m: ToHost) => unknown;
    const call = async (): Promise<unknown> => handler(m);
    if (sealed.kind === 'question') void this.#answer(sealed.id, call);
    else
      call().catch((e: unknown) => {
        this.events.failed(m.type, e);
      });
  }

  protected override told(why: string): void {
    this.events.dropped(why);
  }

  async #answer(id: number, answer: () => Promise<unknown>): Promise<void> {
    try {
      this.post({ kind: 'answer', id, value: await answer() });
    } catch (e) {
      this.post({ kind: 'problem', id, problem: this.events.problemOf(e).toJSON() });
    }
  }
}

interface Waiting {
  readonly type: PropertyKey;
  readonly resolve: (value: never) => void;
  readonly reject: (e: unknown) => void;
}

/** The page's end. webview/shared/channel.ts builds it on the editor's API. */
export class PageChannel<ToPage extends Message, ToHost extends Message, Replies>
  extends End<ToPage>
  implements Disposable
{
  readonly #waiting = new Map<number, Waiting>();
  #nextId: number;

  /** `firstId` must differ from page to page, because answers to the previous page may still be under way. */
  constructor(
    private readonly language: Protocol<ToPage, ToHost, Replies>,
    port: Port,
    private readonly handlers: Handlers<ToPage>,
    firstId: number,
  ) {
    super(port, language, language.toPage);
    this.#nextId = firstId;
  }

  send(m: Exclude<ToHost, { readonly type: keyof Replies }>): void {
    this.post({ kind: 'message', body: m });
  }

  /** `await channel.ask({ type: 'goroutines' })`: the host's answer. Rejects with a Problem. */
  ask<M extends Extract<ToHost, { readonly type: keyof Replies }>>(m: M): Promise<Replies[M['type'] & keyof Replies]> {
    const { id, answer } = this.expect(m.type as M['type'] & keyof Replies);
    this.post({ kind: 'question', id, body: m });
    return answer;
  }

  /** The id for a question that another message carries, and the promise of its answer. */
  expect<T extends keyof Replies>(type: T): { readonly id: number; readonly answer: Promise<Replies[T]> } {
    const id = this.#nextId++;
    const answer = new Promise<Replies[T]>((resolve, reject) => {
      this.#waiting.set(id, { type, resolve, reject });
    });
    return { id, answer };
  }

  protected override hear(sealed: Envelope): void {
    switch (sealed.kind) {
      case 'message': {
        const m = this.read(sealed.body);
        if (m) void (this.handlers[m.type as ToPage['type']] as (m: ToPage) => unknown)(m);
        return;
      }
      case 'answer': {
        const waiting = this.#taken(sealed.id);
        if (!waiting) return;
        const wrong = this.language.replies[waiting.type as keyof Replies](sealed.value);
        if (wrong === undefined) waiting.resolve(sealed.value as never);
        else {
          const why = `the answer to ${String(waiting.type)}${wrong}`;
          this.drop(why);
          waiting.reject(
            new Problem('protocol.malformed', 'The extension answered what the page does not understand.', {
              next: 'Close the page and open it again.',
              detail: why,
            }),
          );
        }
        return;
      }
      case 'problem':
        this.#taken(sealed.id)?.reject(Problem.fromJSON(sealed.problem));
        return;
      case 'question':
      case 'dropped':
        return;
    }
  }

  protected override told(why: string): void {
    this.post({ kind: 'dropped', why });
  }

  #taken(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    return waiting;
  }
}
