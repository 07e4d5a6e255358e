/**
 * The host's side of the goroutine page, with the product's own reader: does what src/host does, without the editor.
 */
import type { Page } from 'playwright-core';
import { openProfile } from '../../../src/profile/open';
import type { OpenProfile } from '../../../src/profile/types';
import type { Handlers } from '../../../src/protocol/channel';
import {
  GOROUTINES,
  type Compared,
  type FromGoroutinesPage,
  type GoroutinesReplies,
  type ToGoroutinesPage,
} from '../../../src/protocol/goroutines';
import type { PageFacts } from '../../../src/protocol/profile';
import { ChannelHost } from './channelhost';

export class GoroutinesHost extends ChannelHost<ToGoroutinesPage, FromGoroutinesPage, GoroutinesReplies> {
  /** Answers a comparison with the requested base. */
  compare: (base: string) => Promise<Compared> = async () => ({ earlier: [], base: '', labels: [] });

  private constructor(
    page: Page,
    readonly profile: OpenProfile | undefined,
    private readonly first: ToGoroutinesPage,
  ) {
    super(page, GOROUTINES);
  }

  /** Opens `bytes` in the page at `url` and waits for its first picture or notice. */
  static async open(
    page: Page,
    url: string,
    bytes: Uint8Array,
    facts: PageFacts,
    compare?: GoroutinesHost['compare'],
  ): Promise<GoroutinesHost> {
    const host = new GoroutinesHost(page, openProfile(bytes), { type: 'init', facts });
    if (compare) host.compare = compare;
    await host.load(url);
    await page.locator('#app[data-state=ready]').waitFor();
    return host;
  }

  /** Opens a page whose first message is `message` instead of a profile. */
  static async notice(page: Page, url: string, message: ToGoroutinesPage): Promise<GoroutinesHost> {
    const host = new GoroutinesHost(page, undefined, message);
    await host.load(url);
    return host;
  }

  /** Sends what a page gets when it is ready. */
  async begin(): Promise<void> {
    await this.send(this.first);
  }

  protected handlers(): Handlers<FromGoroutinesPage, GoroutinesReplies> {
    const heard = (): void => undefined;
    return {
      ready: () => this.begin(),
      goroutines: async () => (await this.profile!.goroutines())!,
      compare: (m) => this.compare(m.base),
      show: heard,
      openSource: heard,
      captureAgain: heard,
      drawn: heard,
    };
  }
}
