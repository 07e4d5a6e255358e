/**
 * The host's side of the changes page, with the product's own counting: does what src/host does, without editor and
 * cluster.
 */
import type { Page } from 'playwright-core';
import type { Churn } from '../../../src/churn/churn';
import { managersOf } from '../../../src/churn/report';
import { objectId, objectOf, viewOf } from '../../../src/churn/view';
import { advice, sentence } from '../../../src/churn/words';
import type { Handlers } from '../../../src/protocol/channel';
import {
  CHURN,
  type ChurnFacts,
  type ChurnShown,
  type FromChurnPage,
  type ToChurnPage,
} from '../../../src/protocol/churn';
import { ChannelHost } from './channelhost';

export class ChurnHost extends ChannelHost<ToChurnPage, FromChurnPage, unknown> {
  #shown: ChurnShown = { folded: [], filter: '', chosen: '' };
  facts: Partial<ChurnFacts> = {};

  private constructor(
    page: Page,
    readonly churn: Churn,
    public now: number,
  ) {
    super(page, CHURN);
  }

  static async open(
    page: Page,
    url: string,
    churn: Churn,
    now: number,
    facts: Partial<ChurnFacts> = {},
  ): Promise<ChurnHost> {
    const host = new ChurnHost(page, churn, now);
    host.facts = facts;
    await host.load(url);
    await page.locator('#app[data-state=ready]').waitFor();
    return host;
  }

  /** Sends the current state. */
  async tell(): Promise<void> {
    const { churn, now } = this;
    const { folded, filter, chosen } = this.#shown;
    const { rows, hidden, objects, events } = viewOf(churn, { folded: new Set(folded), filter, now });
    const object = objectOf(chosen);
    const tally = object && churn.tally(object.kind, object.namespace, object.name);
    await this.send({
      type: 'picture',
      picture: {
        rows,
        hidden,
        findings: churn.findings(now).map((f) => ({
          what: f.what,
          sentence: sentence(f),
          advice: advice(f),
          since: f.since,
          example: objectId(f.kind, f.example),
        })),
        facts: {
          title: 'Changes in kind-a',
          subtitle: '3 kinds in all namespaces',
          state: 'recording',
          start: churn.start,
          now,
          events,
          objects,
          whileHidden: false,
          notes: [],
          problems: [],
          ...this.facts,
        },
        chosen: object &&
          tally && {
            id: chosen,
            title: `${object.kind.kind} ${object.namespace}/${object.name}`,
            managers: managersOf(tally),
            events: churn.followed,
            why: tally.why,
          },
      },
    });
  }

  protected handlers(): Handlers<FromChurnPage> {
    const heard = (): void => undefined;
    return {
      ready: () => this.tell(),
      watch: async (m) => {
        this.#shown = m;
        this.churn.follow(objectOf(m.chosen));
        await this.tell();
      },
      state: heard,
      whileHidden: heard,
      save: heard,
      retry: heard,
    };
  }
}
