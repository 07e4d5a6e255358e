/**
 * The common part of the tests' hosts: the editor's API in the page, the channel to it, and what the page sends and
 * does wrong.
 */
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { Problem } from '../../../src/base/problem';
import { HostChannel, type Handlers, type Message, type Of, type Protocol } from '../../../src/protocol/channel';
import { complaintsOf } from './browser';

/** A message that the page sent; a question carries the id of its answer. */
export type Sent<M> = M & { readonly id: number | undefined };

export abstract class ChannelHost<ToPage extends Message, FromPage extends Message, Replies> {
  /** Everything that the page has sent, oldest first. */
  readonly sent: Sent<FromPage>[] = [];
  /** Ids of answered questions: the page has received the answers. */
  readonly answered: number[] = [];
  /** CSP violations and errors of the page, and messages that either side dropped. */
  readonly complaints: string[];
  protected channel: HostChannel<ToPage, FromPage, Replies> | undefined;
  #posted: Promise<void> = Promise.resolve();

  constructor(
    readonly page: Page,
    private readonly protocol: Protocol<ToPage, FromPage, Replies>,
  ) {
    this.complaints = complaintsOf(page);
  }

  /** The host's handlers for messages of the page. */
  protected abstract handlers(): Handlers<FromPage, Replies>;

  /** Opens the page at `url` with a fake of the editor's API. */
  protected async load(url: string): Promise<void> {
    const listeners = new Set<(m: unknown) => void>();
    this.channel = new HostChannel(
      this.protocol,
      {
        post: (m) => {
          this.#posted = this.post(m).catch(unlessGone);
        },
        onMessage: (listener) => {
          listeners.add(listener);
          return { dispose: () => listeners.delete(listener) };
        },
      },
      this.handlers(),
      {
        problemOf: (e) => Problem.from(e),
        failed: (type, e) => {
          this.complaints.push(`${type}: ${String(e)}`);
        },
        dropped: (why) => {
          this.complaints.push(`dropped: ${why}`);
        },
      },
    );
    await this.page.exposeFunction('toHost', (text: string) => {
      const m: unknown = JSON.parse(text, revived);
      const { id, body } = m as { readonly id?: number; readonly body?: FromPage };
      if (body) this.sent.push({ ...body, id });
      for (const listener of listeners) listener(m);
    });
    await this.page.addInitScript(editorInPage);
    await this.page.goto(url);
  }

  /** Messages of one type, oldest first. */
  of<T extends FromPage['type']>(type: T): Sent<Of<FromPage, T>>[] {
    return this.sent.filter((m): m is Sent<FromPage> & Sent<Of<FromPage, T>> => m.type === type);
  }

  /** Resolves when the page has received the message. */
  async send(m: ToPage): Promise<void> {
    this.channel?.send(m);
    await this.#posted;
  }

  /** Sends messages that no host sends, and returns the page's reports of dropping them, one line each. */
  async sendStrays(): Promise<string[]> {
    const { page, version } = this.protocol;
    const ours = { page, v: version };
    const strays: unknown[] = [
      null,
      'text',
      [],
      { type: 'init' },
      { ...ours, v: version - 1, kind: 'message', body: { type: 'failed' } },
      { ...ours, kind: 'none' },
      { ...ours, kind: 'message' },
      { ...ours, kind: 'message', body: { type: 'constructor' } },
      { ...ours, kind: 'answer', id: 'x' },
      { ...ours, kind: 'problem', id: 1 },
      // Each message type of the protocol without any field: all of them require some.
      ...Object.keys(this.protocol.toPage).map((type) => ({ ...ours, kind: 'message', body: { type } })),
    ];
    for (const m of strays) await this.post(m);
    const dropped = (): string[] => this.complaints.filter((c) => c.startsWith('dropped: the page dropped:'));
    await expect.poll(() => dropped().length).toBe(strays.length);
    const told = dropped();
    this.complaints.splice(0, Infinity, ...this.complaints.filter((c) => !told.includes(c)));
    return told;
  }

  /**
   * Posts any value as it is. The message is sent as one string, with columns as bytes: Playwright takes seconds for
   * the 10,000 objects of a large answer.
   */
  async post(message: unknown): Promise<void> {
    const text = JSON.stringify(message, (_, value: unknown) =>
      value instanceof Uint32Array || value instanceof Float64Array || value instanceof Uint8Array
        ? {
            array: value.constructor.name,
            bytes: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64'),
          }
        : value,
    );
    await this.page.evaluate((json) => {
      (window as unknown as { fromHost: (text: string) => void }).fromHost(json);
    }, text);
    const { kind, id } = (message ?? {}) as { readonly kind?: unknown; readonly id?: unknown };
    if ((kind === 'answer' || kind === 'problem') && typeof id === 'number') this.answered.push(id);
  }
}

/** A page that was closed or reloaded meanwhile receives nothing, as in the editor. */
function unlessGone(e: unknown): void {
  if (!/Execution context was destroyed|has been closed/.test(String(e))) throw e;
}

interface Packed {
  readonly array?: unknown;
  readonly bytes?: unknown;
}

/** A column of bytes that the page sent. */
function revived(_: string, value: unknown): unknown {
  const { array, bytes } = (value ?? {}) as Packed;
  return array === 'Uint8Array' && typeof bytes === 'string' ? new Uint8Array(Buffer.from(bytes, 'base64')) : value;
}

/**
 * Runs in the page before its own script. It must not refer to anything outside, because only its source text is sent.
 */
function editorInPage(): void {
  const w = window as unknown as {
    acquireVsCodeApi: unknown;
    toHost: (text: string) => void;
    fromHost: (text: string) => void;
  };
  let taken = false;
  w.acquireVsCodeApi = () => {
    if (taken) throw new Error('acquireVsCodeApi may be called once only');
    taken = true;
    return {
      postMessage: (m: unknown) => {
        const text = JSON.stringify(m, (_, value: unknown) =>
          value instanceof Uint8Array
            ? { array: 'Uint8Array', bytes: btoa([...value].map((b) => String.fromCharCode(b)).join('')) }
            : value,
        );
        w.toHost(text);
      },
      getState: () => JSON.parse(sessionStorage.getItem('state') ?? 'null') ?? undefined,
      setState: (s: unknown) => {
        sessionStorage.setItem('state', JSON.stringify(s));
      },
    };
  };
  w.fromHost = (json) => {
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
  };
}
