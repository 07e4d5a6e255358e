/** The host's side of the flame graph page, on the product's own reader: what src/host does, without the editor. */
import type { Page } from 'playwright-core';
import { Problem } from '../../../src/base/problem';
import { openProfile } from '../../../src/profile/open';
import type { OpenProfile } from '../../../src/profile/types';
import {
  answerOf,
  earlyQuery,
  fromPage,
  PROTOCOL,
  type Asks,
  type Compared,
  type FromPage,
  type PageFacts,
  type ToPage,
} from '../../../src/protocol/pages';
import { PageHost, type Body } from './pagehost';

export class TestHost extends PageHost<FromPage, ToPage> {
  /** The first message waits for a call of `begin`. */
  holdsFirst = false;
  /** What there is to compare with, by the base that is asked for. */
  compare: (base: string) => Promise<Compared> = async () => ({ earlier: [], base: '', labels: [] });
  /** Answers wait for this before they go out. */
  gate: Promise<void> = Promise.resolve();
  /** Questions that have their answer, by their number: the page has heard it. */
  readonly answered: number[] = [];
  protected readonly version = PROTOCOL;

  private constructor(
    page: Page,
    readonly facts: PageFacts,
    readonly profile: OpenProfile | undefined,
    private readonly first: Body<ToPage>,
  ) {
    super(page);
  }

  /** Opens `bytes`, or what was opened of several files, in the page at `url` and waits for its first picture or notice. */
  static async open(
    page: Page,
    url: string,
    bytes: Uint8Array | OpenProfile,
    facts: Partial<PageFacts> = {},
    compare?: TestHost['compare'],
  ): Promise<TestHost> {
    const profile = bytes instanceof Uint8Array ? openProfile(bytes) : bytes;
    const whole: PageFacts = {
      title: 'gadgets-controller-7c9d · CPU',
      subtitle: '30 s, today 14:32, leader',
      ownModules: ['example.com/gadgets'],
      pages: ['flame'],
      ...facts,
    };
    const host = new TestHost(page, whole, profile, { type: 'init', facts: whole, summary: profile.summary });
    if (compare) host.compare = compare;
    await host.load(url);
    await page.locator('#app[data-state=ready]').waitFor();
    return host;
  }

  /** A page that gets `message` to begin with, instead of a profile. */
  static async notice(page: Page, url: string, message: Body<ToPage>): Promise<TestHost> {
    const host = new TestHost(page, { title: '', subtitle: '', ownModules: [], pages: [] }, undefined, message);
    await host.load(url);
    return host;
  }

  /** What a page gets when it is ready: its first message, and answers to what it asked already. */
  async begin(): Promise<void> {
    const { profile } = this;
    await this.send(this.first);
    const early = this.of('ready').at(-1)?.early ?? [];
    if (profile)
      await Promise.all(
        early.map((e) =>
          this.receive({
            v: PROTOCOL,
            type: 'ask',
            ask: 'flame',
            id: e.id,
            query: earlyQuery(e, profile.summary, this.facts.ownModules),
          }),
        ),
      );
  }

  /** Questions of one kind to the profile, oldest first. */
  asked<K extends Asks>(ask: K): Extract<FromPage, { ask: K }>[] {
    return this.sent.filter((m): m is Extract<FromPage, { ask: K }> => m.type === 'ask' && m.ask === ask);
  }

  protected read(raw: unknown): FromPage | undefined {
    return fromPage(raw);
  }

  protected async answer(m: FromPage): Promise<void> {
    if (m.type === 'ready') {
      if (!this.holdsFirst) await this.begin();
      return;
    }
    if (m.type !== 'ask' && m.type !== 'goroutines' && m.type !== 'compare') return;
    await this.gate;
    try {
      if (m.type === 'goroutines')
        await this.send({ type: 'goroutines', id: m.id, dump: (await this.profile!.goroutines())! });
      else if (m.type === 'compare')
        await this.send({ type: 'compare', id: m.id, compared: await this.compare(m.base) });
      else await this.send({ type: 'answer', id: m.id, value: await answerOf(this.profile!, m) });
    } catch (e) {
      await this.send({ type: 'problem', id: m.id, problem: Problem.from(e).toJSON() });
    }
    this.answered.push(m.id);
  }
}
