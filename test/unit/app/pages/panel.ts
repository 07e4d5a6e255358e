/** A tab with a page in it, as a session sees it: the test is the page. */
import type { PagePanel } from '../../../../src/app/pages/panel';
import { Emitter } from '../../../../src/base/dispose';
import { PageChannel, type Handlers, type Message, type Port, type Protocol } from '../../../../src/protocol/channel';

export class TestPanel implements PagePanel {
  readonly #toHost = new Emitter<unknown>();
  readonly #toPage = new Emitter<unknown>();
  readonly #visible = new Emitter<void>();
  /** Names of the bundles that were loaded. */
  readonly loaded: string[] = [];
  visible = true;
  revealed = 0;
  /** What the page sends goes here. */
  readonly port: Port = {
    post: (m) => {
      this.#toHost.fire(structuredClone(m));
    },
    onMessage: this.#toPage.event,
  };

  readonly onMessage = this.#toHost.event;
  readonly onDidChangeVisible = this.#visible.event;

  post(m: unknown): void {
    this.#toPage.fire(structuredClone(m));
  }
  load(page: string): void {
    this.loaded.push(page);
  }
  reveal(): void {
    this.revealed++;
  }
  show(visible: boolean): void {
    this.visible = visible;
    this.#visible.fire();
  }

  /** The page's end of its channel. `heard`: messages that reached it, oldest first. */
  page<ToPage extends Message, ToHost extends Message, Replies>(
    protocol: Protocol<ToPage, ToHost, Replies>,
  ): { readonly channel: PageChannel<ToPage, ToHost, Replies>; readonly heard: ToPage[] } {
    const heard: ToPage[] = [];
    const handlers = Object.fromEntries(
      Object.keys(protocol.toPage).map((type) => [type, (m: ToPage) => heard.push(m)]),
    ) as unknown as Handlers<ToPage>;
    return { channel: new PageChannel(protocol, this.port, handlers, 1), heard };
  }
}
