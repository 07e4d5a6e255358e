/** What the hosts of these tests share: the editor's API in the page, what the page sends and does wrong, and messages to it. */
import type { Page } from 'playwright-core';
import { complaintsOf } from './browser';

/** A message without the version of its protocol. */
export type Body<Message> = Message extends unknown ? Omit<Message, 'v'> : never;

/** `From`: the messages of the page. */
export abstract class PageHost<From extends { readonly type: string }, To> {
  /** All that the page sent, oldest first. */
  readonly sent: From[] = [];
  /** What the page did wrong by its policy, threw, or sent that is no message of its protocol. */
  readonly complaints: string[];

  constructor(readonly page: Page) {
    this.complaints = complaintsOf(page);
  }

  /** A message of the page as its protocol reads it; undefined when it is none. */
  protected abstract read(raw: unknown): From | undefined;
  /** What the host does with a message of the page. */
  protected abstract answer(m: From): Promise<void>;
  /** Version of the protocol, which stands in each message to the page. */
  protected abstract readonly version: number;

  /** Opens the page at `url`, with the editor's API in it. */
  protected async load(url: string): Promise<void> {
    await this.page.exposeFunction('toHost', (m: unknown) => this.receive(m));
    await this.page.addInitScript(() => {
      const w = window as unknown as { acquireVsCodeApi: unknown; toHost: (m: unknown) => void };
      let taken = false;
      w.acquireVsCodeApi = () => {
        if (taken) throw new Error('acquireVsCodeApi may be called once only');
        taken = true;
        return {
          postMessage: (m: unknown) => {
            w.toHost(m);
          },
          getState: () => JSON.parse(sessionStorage.getItem('state') ?? 'null') ?? undefined,
          setState: (s: unknown) => {
            sessionStorage.setItem('state', JSON.stringify(s));
          },
        };
      };
    });
    await this.page.goto(url);
  }

  /** Messages of one type, oldest first. */
  of<T extends From['type']>(type: T): Extract<From, { type: T }>[] {
    return this.sent.filter((m): m is Extract<From, { type: T }> => m.type === type);
  }

  /** One text for the whole message, columns as their bytes: Playwright takes seconds over the 10,000 objects of a large answer. */
  async send(m: Body<To>): Promise<void> {
    const text = JSON.stringify({ v: this.version, ...m }, (_, value: unknown) =>
      value instanceof Uint32Array || value instanceof Float64Array || value instanceof Uint8Array
        ? {
            array: value.constructor.name,
            bytes: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64'),
          }
        : value,
    );
    await this.page.evaluate((json) => {
      window.postMessage(
        JSON.parse(json, (_, value: unknown) => {
          const v = value as { array?: string; bytes?: string } | null;
          if (typeof v?.array !== 'string' || typeof v.bytes !== 'string') return value;
          const { buffer } = Uint8Array.from(atob(v.bytes), (c) => c.charCodeAt(0));
          return v.array === 'Uint32Array'
            ? new Uint32Array(buffer)
            : v.array === 'Uint8Array'
              ? new Uint8Array(buffer)
              : new Float64Array(buffer);
        }),
      );
    }, text);
  }

  protected async receive(raw: unknown): Promise<void> {
    const m = this.read(raw);
    if (!m) {
      this.complaints.push(`not a message of the protocol: ${JSON.stringify(raw)}`);
      return;
    }
    this.sent.push(m);
    await this.answer(m);
  }
}
