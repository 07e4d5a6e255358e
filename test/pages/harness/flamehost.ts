/**
 * The host's side of the flame graph page, with the product's own reader: does what src/host does, without the editor.
 */
import type { Page } from 'playwright-core';
import { openProfile } from '../../../src/profile/open';
import type { OpenProfile } from '../../../src/profile/types';
import type { Handlers } from '../../../src/protocol/channel';
import {
  earlyQuery,
  FLAME,
  passedOn,
  type FlameReplies,
  type FromFlamePage,
  type ToFlamePage,
} from '../../../src/protocol/flame';
import type { PageFacts } from '../../../src/protocol/profile';
import { ChannelHost } from './channelhost';

export class FlameHost extends ChannelHost<ToFlamePage, FromFlamePage, FlameReplies> {
  /** Don't send the first message until `begin` is called. */
  holdsFirst = false;
  /** Answers are sent once this resolves. */
  gate: Promise<void> = Promise.resolve();

  private constructor(
    page: Page,
    readonly facts: PageFacts,
    readonly profile: OpenProfile,
  ) {
    super(page, FLAME);
  }

  /** Opens `bytes`, or an already opened profile, in the page at `url` and waits for its first picture or notice. */
  static async open(
    page: Page,
    url: string,
    bytes: Uint8Array | OpenProfile,
    facts: Partial<PageFacts> = {},
  ): Promise<FlameHost> {
    const profile = bytes instanceof Uint8Array ? openProfile(bytes) : bytes;
    const whole: PageFacts = {
      title: 'gadgets-controller-7c9d · CPU',
      subtitle: '30 s, today 14:32, leader',
      ownModules: ['example.com/gadgets'],
      pages: ['flame'],
      ...facts,
    };
    const host = new FlameHost(page, whole, profile);
    await host.load(url);
    await page.locator('#app[data-state=ready]').waitFor();
    return host;
  }

  /**
   * Sends what a page gets when it is ready: its first message, and the answers to its early questions, which are in
   * `sent` from then on.
   */
  async begin(): Promise<void> {
    const { profile, facts } = this;
    await this.send({ type: 'init', facts, summary: profile.summary });
    for (const early of this.of('ready').at(-1)?.early ?? []) {
      const query = earlyQuery(early, profile.summary, facts.ownModules);
      this.sent.push({ type: 'flame', id: early.id, query });
      void this.channel?.reply(
        'flame',
        early.id,
        this.gate.then(() => profile.flame(query)),
      );
    }
  }

  protected handlers(): Handlers<FromFlamePage, FlameReplies> {
    const heard = (): void => undefined;
    const answers = passedOn(() => this.profile);
    const gated =
      <M, A>(answer: (m: M) => A | Promise<A>) =>
      async (m: M): Promise<A> => {
        await this.gate;
        return answer(m);
      };
    return {
      ready: async () => {
        if (!this.holdsFirst) await this.begin();
      },
      flame: gated(answers.flame),
      search: gated(answers.search),
      top: gated(answers.top),
      peek: gated(answers.peek),
      sandwich: gated(answers.sandwich),
      show: heard,
      openSource: heard,
      captureAgain: heard,
      drawn: heard,
      save: heard,
      compareWith: heard,
      normalize: heard,
      copy: heard,
    };
  }
}
