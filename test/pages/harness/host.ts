/** The host's side of the flame graph page, on the product's own reader: what src/host does, without the editor. */
import type { Page } from 'playwright-core';
import { Problem } from '../../../src/base/problem';
import { openProfile } from '../../../src/profile/open';
import type { OpenProfile } from '../../../src/profile/types';
import { answerOf, earlyQuery, fromPage, PROTOCOL, type Asks, type Compared, type FromPage, type PageFacts, type ToPage } from '../../../src/protocol/pages';

type Answer = ToPage extends infer T ? T extends ToPage ? Omit<T, 'v'> : never : never;

export class TestHost {
  /** All that the page sent, oldest first. */
  readonly sent: FromPage[] = [];
  /** What the page did wrong by its policy, or threw. */
  readonly complaints: string[] = [];
  /** The first message waits for a call of `begin`. */
  holdsFirst = false;
  /** What there is to compare with, by the base that is asked for. */
  compare: (base: string) => Promise<Compared> = async () => ({ earlier: [], base: '', labels: [] });
  /** Answers wait for this before they go out. */
  gate: Promise<void> = Promise.resolve();

  private constructor(readonly page: Page, readonly facts: PageFacts, readonly profile: OpenProfile | undefined, private readonly first: Answer) {}

  /** Opens `bytes`, or what was opened of several files, in the page at `url` and waits for its first picture or notice. */
  static async open(page: Page, url: string, bytes: Uint8Array | OpenProfile, facts: Partial<PageFacts> = {}, compare?: TestHost['compare']): Promise<TestHost> {
    const profile = bytes instanceof Uint8Array ? openProfile(bytes) : bytes;
    const whole: PageFacts = { title: 'gadgets-controller-7c9d · CPU', subtitle: '30 s, today 14:32, leader', ownModules: ['example.com/gadgets'], pages: ['flame'], ...facts };
    const host = new TestHost(page, whole, profile, { type: 'init', facts: whole, summary: profile.summary });
    if (compare) host.compare = compare;
    await host.#start(url);
    await page.locator('#app[data-state=ready]').waitFor();
    return host;
  }

  /** A page that gets `message` to begin with, instead of a profile. */
  static async notice(page: Page, url: string, message: Answer): Promise<TestHost> {
    const host = new TestHost(page, { title: '', subtitle: '', ownModules: [], pages: [] }, undefined, message);
    await host.#start(url);
    return host;
  }

  async #start(url: string): Promise<void> {
    const { page } = this;
    page.on('console', (m) => { if (m.type() === 'error' || /Content Security Policy/.test(m.text())) this.complaints.push(m.text()); });
    page.on('pageerror', (e) => { this.complaints.push(e.message); });
    await page.exposeFunction('toHost', (m: unknown) => this.#receive(m));
    await page.addInitScript(() => {
      const w = window as unknown as { acquireVsCodeApi: unknown; toHost: (m: unknown) => void };
      let taken = false;
      w.acquireVsCodeApi = () => {
        if (taken) throw new Error('acquireVsCodeApi may be called once only');
        taken = true;
        return {
          postMessage: (m: unknown) => { w.toHost(m); },
          getState: () => JSON.parse(sessionStorage.getItem('state') ?? 'null') ?? undefined,
          setState: (s: unknown) => { sessionStorage.setItem('state', JSON.stringify(s)); },
        };
      };
    });
    await page.goto(url);
  }

  /** What a page gets when it is ready: its first message, and answers to what it asked already. */
  async begin(): Promise<void> {
    const { profile } = this;
    await this.send(this.first);
    const early = this.of('ready').at(-1)?.early ?? [];
    if (profile) await Promise.all(early.map((e) => this.#receive({ v: PROTOCOL, type: 'ask', ask: 'flame', id: e.id, query: earlyQuery(e, profile.summary, this.facts.ownModules) })));
  }

  /** Messages of one type, oldest first. */
  of<T extends FromPage['type']>(type: T): Extract<FromPage, { type: T }>[] { return this.sent.filter((m): m is Extract<FromPage, { type: T }> => m.type === type); }

  /** Questions of one kind to the profile, oldest first. */
  asked<K extends Asks>(ask: K): Extract<FromPage, { ask: K }>[] { return this.sent.filter((m): m is Extract<FromPage, { ask: K }> => m.type === 'ask' && m.ask === ask); }

  /** One text for the whole message: Playwright takes seconds over the 10,000 objects of a large answer. */
  async send(m: Answer): Promise<void> {
    const text = JSON.stringify({ v: PROTOCOL, ...m }, (_, value: unknown) => value instanceof Uint32Array || value instanceof Float64Array || value instanceof Uint8Array
      ? { array: value.constructor.name, bytes: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64') } : value);
    await this.page.evaluate((json) => {
      window.postMessage(JSON.parse(json, (_, value: unknown) => {
        const v = value as { array?: string; bytes?: string } | null;
        if (typeof v?.array !== 'string' || typeof v.bytes !== 'string') return value;
        const { buffer } = Uint8Array.from(atob(v.bytes), (c) => c.charCodeAt(0));
        return v.array === 'Uint32Array' ? new Uint32Array(buffer) : v.array === 'Uint8Array' ? new Uint8Array(buffer) : new Float64Array(buffer);
      }));
    }, text);
  }

  async #receive(raw: unknown): Promise<void> {
    const m = fromPage(raw);
    if (!m) { this.complaints.push(`not a message of the protocol: ${JSON.stringify(raw)}`); return; }
    this.sent.push(m);
    if (m.type === 'ready') {
      if (!this.holdsFirst) await this.begin();
      return;
    }
    if (m.type !== 'ask' && m.type !== 'goroutines' && m.type !== 'compare') return;
    await this.gate;
    try {
      if (m.type === 'goroutines') await this.send({ type: 'goroutines', id: m.id, dump: (await this.profile!.goroutines())! });
      else if (m.type === 'compare') await this.send({ type: 'compare', id: m.id, compared: await this.compare(m.base) });
      else await this.send({ type: 'answer', id: m.id, value: await answerOf(this.profile!, m) });
    } catch (e) {
      await this.send({ type: 'problem', id: m.id, problem: Problem.from(e).toJSON() });
    }
  }
}
