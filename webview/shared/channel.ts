/**
 * The page's end of its channel, on the API that the editor gives a page; and the page's state, which survives a
 * reload.
 */
import { PageChannel, type Handlers, type Message, type Protocol } from '../../src/protocol/channel';

/**
 * `getState` and `setState`: the state that the editor keeps for a page while it is hidden and when the window is
 * reloaded.
 */
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
   * `part`: the key of this page's state when the panel may show another page as well; without it, the whole state is
   * the page's.
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

  /** The state that was set last, by any version of the page: the reader must check it. */
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
