/** Follows any kinds at once: a reflector for each kind and namespace, whose objects go to the listener. */
import { abortError } from '../../base/abort';
import { Emitter } from '../../base/dispose';
import type { ProblemData } from '../../base/problem';
import type { KindInfo } from '../../churn/types';
import { Slots } from '../concurrency';
import { Reflector } from '../inventory/reflector';
import type { Resource } from '../inventory/resources';
import type { ApiClient } from '../net/client';
import type { Following, FollowOptions, ObjectListener } from '../types';

/** First lists that run at once: all kinds of a cluster are about a hundred. */
const FIRST_LISTS = 8;

export class LiveFollowing implements Following {
  readonly ready: Promise<void>;
  readonly #changed = new Emitter<void>();
  readonly onDidChange = this.#changed.event;
  readonly #ended = new AbortController();
  readonly #reflectors: { readonly kind: KindInfo; readonly reflector: Reflector }[] = [];

  constructor(
    private readonly client: ApiClient,
    private readonly options: FollowOptions,
  ) {
    const closed = (): void => {
      this.dispose();
    };
    client.closed.addEventListener('abort', closed, { once: true });
    this.#ended.signal.addEventListener(
      'abort',
      () => {
        client.closed.removeEventListener('abort', closed);
      },
      { once: true },
    );
    const slots = new Slots(FIRST_LISTS);
    const { namespaces } = options;
    const scopes = options.kinds.flatMap((kind) =>
      (namespaces === 'all' ? [undefined] : kind.namespaced ? namespaces : []).map((namespace) => ({
        kind,
        namespace,
      })),
    );
    this.ready = Promise.all(scopes.map(({ kind, namespace }) => slots.run(() => this.#follow(kind, namespace)))).then(
      () => undefined,
    );
    if (client.closed.aborted) this.dispose();
  }

  get problems(): readonly ProblemData[] {
    const out = new Map<string, ProblemData>();
    for (const {
      reflector: { problem },
    } of this.#reflectors)
      if (problem && !out.has(problem.message)) out.set(problem.message, problem.toJSON());
    return [...out.values()];
  }

  get live(): readonly KindInfo[] {
    return [...new Set(this.#reflectors.filter((r) => r.reflector.state === 'live').map((r) => r.kind))];
  }

  dispose(): void {
    if (this.#ended.signal.aborted) return;
    this.#ended.abort(abortError('The watching was ended.'));
    this.#changed.dispose();
  }

  async #follow(kind: KindInfo, namespace: string | undefined): Promise<void> {
    if (this.#ended.signal.aborted) return;
    const tell = (): void => {
      if (!this.#ended.signal.aborted) this.#changed.fire();
    };
    const reflector = new Reflector(
      resourceOf(kind, namespace, this.options.labelSelector, this.options.listener),
      namespace,
      this.client,
      { changed: () => undefined, state: tell },
      this.#ended.signal,
    );
    this.#reflectors.push({ kind, reflector });
    await reflector.first;
    tell();
  }
}

function resourceOf(
  kind: KindInfo,
  scope: string | undefined,
  labelSelector: string | undefined,
  listener: ObjectListener,
): Resource {
  const { group, version, resource } = kind;
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  return {
    name: resource,
    group,
    fieldSelector: undefined,
    ...(labelSelector !== undefined && { labelSelector }),
    metadataOnly: false,
    streamed: true,
    without: `changes of ${kind.kind} are not counted`,
    path: (namespace) =>
      namespace === undefined
        ? `${root}/${resource}`
        : `${root}/namespaces/${encodeURIComponent(namespace)}/${resource}`,
    keep: (obj, as) => {
      const key = listener.seen(kind, obj, Date.now(), { scope: scope ?? '', as });
      return key === undefined ? undefined : { key, changed: false };
    },
    forget: (obj) => {
      listener.deleted(kind, obj, Date.now());
      return false;
    },
    prune: (namespace, but) => {
      listener.listed(kind, namespace ?? '', but, Date.now());
      return false;
    },
    lose: (namespace) => {
      listener.lost(kind, namespace ?? '');
    },
  };
}
