/** The host's side of the page of changes, on the product's own counting: what src/host does, without the editor and the cluster. */
import type { Page } from 'playwright-core';
import type { Churn } from '../../../src/churn/churn';
import { managersOf } from '../../../src/churn/report';
import { objectId, objectOf, viewOf } from '../../../src/churn/view';
import { advice, sentence } from '../../../src/churn/words';
import { CHURN_PROTOCOL, fromChurnPage, type ChurnFacts, type FromChurnPage, type ToChurnPage } from '../../../src/protocol/churn';

type Body = ToChurnPage extends infer T ? T extends ToChurnPage ? Omit<T, 'v'> : never : never;
type Watch = Extract<FromChurnPage, { type: 'watch' }>;

export class ChurnHost {
  readonly sent: FromChurnPage[] = [];
  /** What the page did wrong by its policy, or threw. */
  readonly complaints: string[] = [];
  #watch: Watch = { v: CHURN_PROTOCOL, type: 'watch', folded: [], filter: '', chosen: '' };
  facts: Partial<ChurnFacts> = {};

  private constructor(readonly page: Page, readonly churn: Churn, public now: number) {}

  static async open(page: Page, url: string, churn: Churn, now: number, facts: Partial<ChurnFacts> = {}): Promise<ChurnHost> {
    const host = new ChurnHost(page, churn, now);
    host.facts = facts;
    page.on('console', (m) => { if (m.type() === 'error' || /Content Security Policy/.test(m.text())) host.complaints.push(m.text()); });
    page.on('pageerror', (e) => { host.complaints.push(e.message); });
    await page.exposeFunction('toHost', (m: unknown) => host.#receive(m));
    await page.addInitScript(() => {
      const w = window as unknown as { acquireVsCodeApi: unknown; toHost: (m: unknown) => void };
      w.acquireVsCodeApi = () => ({
        postMessage: (m: unknown) => { w.toHost(m); },
        getState: () => JSON.parse(sessionStorage.getItem('state') ?? 'null') ?? undefined,
        setState: (s: unknown) => { sessionStorage.setItem('state', JSON.stringify(s)); },
      });
    });
    await page.goto(url);
    await page.locator('#app[data-state=ready]').waitFor();
    return host;
  }

  of<T extends FromChurnPage['type']>(type: T): Extract<FromChurnPage, { type: T }>[] { return this.sent.filter((m): m is Extract<FromChurnPage, { type: T }> => m.type === type); }

  async send(m: Body): Promise<void> { await this.page.evaluate((text) => { window.postMessage(JSON.parse(text)); }, JSON.stringify({ v: CHURN_PROTOCOL, ...m })); }

  /** The picture as it is now. */
  async tell(): Promise<void> {
    const { churn, now } = this;
    const { folded, filter, chosen } = this.#watch;
    const { rows, hidden, objects, events } = viewOf(churn, { folded: new Set(folded), filter, now });
    const object = objectOf(chosen);
    const tally = object && churn.tally(object.kind, object.namespace, object.name);
    await this.send({
      type: 'picture', picture: {
        rows, hidden, findings: churn.findings(now).map((f) => ({ what: f.what, sentence: sentence(f), advice: advice(f), since: f.since, example: objectId(f.kind, f.example) })),
        facts: { title: 'Changes in kind-a', subtitle: '3 kinds in all namespaces', state: 'recording', start: churn.start, now, events, objects, whileHidden: false, notes: [], problems: [], ...this.facts },
        chosen: object && tally && { id: chosen, title: `${object.kind.kind} ${object.namespace}/${object.name}`, managers: managersOf(tally), events: churn.followed, why: tally.why },
      },
    });
  }

  async #receive(raw: unknown): Promise<void> {
    const m = fromChurnPage(raw);
    if (!m) { this.complaints.push(`not a message of the protocol: ${JSON.stringify(raw)}`); return; }
    this.sent.push(m);
    if (m.type === 'watch') {
      this.#watch = m;
      this.churn.follow(objectOf(m.chosen));
    }
    if (m.type === 'ready' || m.type === 'watch') await this.tell();
  }
}
