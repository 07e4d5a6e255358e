/**
 * The page's end of its channel, over the API that the editor gives to a page; and the page's state, which survives a
 * reload.
 */
import { PageChannel, type Handlers, type Message, type Protocol } from '../../src/protocol/channel';

/** `getState` and `setState`: what the editor keeps of a page while it is hidden and over a reload of the window. */
interface VsCodeApi {
  postMessage(m: unknown): void;
  getState(): unknown;
  setState(s: unknown): void;
}
declare function acquireVsCodeApi(): VsCodeApi;

export class Channel<ToPage extends Message, ToHost extends Message, Replies> extends PageChannel<
  ToPage,
  ToHost,
  Replies
> {
  readonly #api: VsCodeApi;

  /**
   * `part`: where the page keeps its state, when the panel may hold another page as well; all of it is the page's
   * otherwise.
   */
  constructor(
    protocol: Protocol<ToPage, ToHost, Replies>,
    handlers: Handlers<ToPage>,
    private readonly part?: string,
  ) {
    const api = acquireVsCodeApi();
    const port = {
      post: (m: unknown): void => {
        api.postMessage(m);
      },
      onMessage: (listener: (m: unknown) => void) => {
        const hear = (event: MessageEvent<unknown>): void => {
          listener(event.data);
        };
        window.addEventListener('message', hear);
        return {
          dispose: (): void => {
            window.removeEventListener('message', hear);
          },
        };
      },
    };
    super(protocol, port, handlers, Date.now());
    this.#api = api;
  }

  /** As it was set last, by whatever version of the page: its reader checks it. */
  get state(): unknown {
    return this.part === undefined ? this.#api.getState() : this.#parts()[this.part];
  }
  set state(s: unknown) {
    this.#api.setState(this.part === undefined ? s : { ...this.#parts(), [this.part]: s });
  }

  #parts(): Record<string, unknown> {
    return (this.#api.getState() as Record<string, unknown> | undefined) ?? {};
  }
}
