/**
 * Keeps one resource of one scope as the cluster has it: list, watch, and again. Raw JSON lines through undici, not
 * client-node's informers: those keep whole objects, list without pages, and know no coalescing (2.0.1).
 */
import { Problem } from '../../base/problem';
import { list, number, object, text } from '../../base/json';
import { pause } from '../concurrency';
import type { ApiClient, JsonText } from '../net/client';
import { Backoff, CONNECTION, LOGIN, REFUSED, type BackoffRange } from './backoff';
import { LineSplitter } from './lines';
import { resourceVersion, type Resource } from './resources';

/**
 * Objects in a page of a list. Half of kubectl's 500: each page is parsed at once, and 10,000 pods then take 40 MB less
 * at the peak, in the same time.
 */
const PAGE = 250;
/**
 * How long a watch is asked to last, s: a random time in this range, as client-go, so that they do not all end at once.
 */
const WATCH_SECONDS = [300, 600] as const;
/** A bookmark comes about once a minute; nothing at all for this long, ms, means that the watch may be dead. */
const WATCH_IDLE_MS = 150_000;
/** A watch that lived this long, ms, was a good one: the next attempt comes at once. */
const GOOD_MS = 5000;
/** Answers to a streamed list that a list in pages may not get. */
const NO_STREAM: readonly number[] = [400, 403, 404, 405, 422];
/** Of the bookmark after the last object of a streamed list. */
const END_OF_LIST = 'k8s.io/initial-events-end';
/** Where listing is allowed and watching is not: how often to list instead, ms. */
const POLL_MS = 60_000;

export type ReflectorState = 'starting' | 'live' | 'retrying' | 'refused';

export interface ReflectorReport {
  /** Something worth telling changed. */
  changed(): void;
  /** The state or the problem is another. */
  state(): void;
}

/** Problems that no retry mends soon: the credentials are at fault. */
export function isLogin(p: Problem): boolean {
  return /^kube\.(exec|unauthorized|authProvider|file|certificate)/.test(p.code);
}

export class Reflector {
  state: ReflectorState = 'starting';
  /** Why it is not live; also why it lists instead of watching. */
  problem: Problem | undefined;
  /** Resolves when the first list is done, failed or refused. */
  readonly first: Promise<void>;
  #firstDone: () => void = () => undefined;
  readonly #backoff: Backoff;
  /** Why it may not watch, though it may list. */
  #unwatched: Problem | undefined;
  /** Lists refused one after the other. */
  #refusals = 0;
  #again = new AbortController();
  #listed = false;
  #streams: boolean;

  constructor(
    readonly resource: Resource,
    readonly namespace: string | undefined,
    private readonly client: ApiClient,
    private readonly report: ReflectorReport,
    private readonly signal: AbortSignal,
    random: () => number = Math.random,
  ) {
    this.#backoff = new Backoff(random);
    this.#streams = resource.streamed === true;
    this.first = new Promise((resolve) => {
      this.#firstDone = resolve;
    });
    void this.#run();
  }

  /** Ends a waiting time now, or the next one where none runs: the user wants to see it anew. */
  retry(): void {
    this.#backoff.reset();
    this.#again.abort();
  }

  async #wait(ms: number): Promise<void> {
    await pause(ms, AbortSignal.any([this.signal, this.#again.signal]));
    this.#again = new AbortController();
  }

  /**
   * A list that was refused. What was seen before is kept once: a right that is being replaced is away for a moment.
   */
  #refused(problem: Problem): void {
    const first = this.#refusals++ === 0;
    if (first && problem.status === 403 && this.#listed) {
      this.#set('retrying', problem);
      return;
    }
    if (this.resource.lose) this.resource.lose(this.namespace);
    else if (this.resource.prune(this.namespace, new Set())) this.report.changed();
    this.#listed = false;
    this.#set('refused', problem);
  }

  async #run(): Promise<void> {
    let version = '';
    while (!this.signal.aborted) {
      const start = Date.now();
      try {
        if (version === '' && !this.#streams) {
          version = await this.#list();
          this.#whole();
          this.#set('live', this.#unwatched);
          this.#firstDone();
        }
        version = await this.#watch(version);
        if (Date.now() - start > GOOD_MS) this.#backoff.reset();
        else await pause(this.#backoff.next(), this.signal);
      } catch (e) {
        if (this.signal.aborted) break;
        const problem = Problem.from(e, 'kube.unexpected');
        if (version === '' && this.#streams && NO_STREAM.includes(problem.status ?? 0)) {
          // A server that knows no streamed lists, or a user who may list and not watch.
          this.#streams = false;
          continue;
        }
        if (problem.status === 410) {
          // Too far behind: list again, and change only what differs.
          version = '';
          if (Date.now() - start < GOOD_MS) await pause(this.#backoff.next(), this.signal);
          continue;
        }
        if (problem.status === 403 || problem.status === 404) {
          if (version === '') {
            // Forbidden, or the resource is not there: asked again now and then.
            if (this.#refusals === 0) this.#backoff.reset();
            this.#refused(problem);
            this.#firstDone();
            await this.#wait(this.#backoff.next(REFUSED));
            continue;
          }
          this.#unwatched = problem;
          this.#set('live', problem);
          version = '';
          await this.#wait(POLL_MS);
          continue;
        }
        const lived = Date.now() - start;
        if (lived > GOOD_MS) this.#backoff.reset();
        // A quiet watch that was given up: nobody needs to hear of it.
        if (problem.code === 'kube.timeout' && version !== '' && lived > WATCH_IDLE_MS / 2) continue;
        this.#set('retrying', problem);
        this.#firstDone();
        const range: BackoffRange = isLogin(problem) ? LOGIN : CONNECTION;
        await this.#wait(this.#backoff.next(range));
      }
    }
    this.#firstDone();
  }

  #whole(): void {
    this.#listed = true;
    this.#refusals = 0;
  }

  #set(state: ReflectorState, problem: Problem | undefined): void {
    if (this.state === state && this.problem?.message === problem?.message) return;
    this.state = state;
    this.problem = problem;
    this.report.state();
  }

  /**
   * All pages; what is gone is forgotten at the end, so that what stays never flickers. Gives the version to watch
   * from.
   */
  async #list(): Promise<string> {
    const { resource, namespace } = this;
    const seen = new Set<string>();
    let next = '';
    let version = '';
    let restarted = false;
    const ask = (): Promise<JsonText> => {
      const query = new URLSearchParams({
        ...(!restarted && { limit: String(PAGE) }),
        ...(next !== '' && { continue: next }),
        ...this.#selector(),
      });
      const asked = this.client.document(`${resource.path(namespace)}?${query}`, {
        signal: this.signal,
        long: true,
        ...this.#accept('List'),
      });
      // Heard when it is waited for, unless the page before it fails.
      asked.catch(() => undefined);
      return asked;
    };
    let ahead: Promise<JsonText> | undefined;
    do {
      let page;
      try {
        const document = await (ahead ?? ask());
        ahead = undefined;
        const following = continueOf(document.text);
        // The server makes the next page while this one is read.
        if (following !== undefined && following !== '') {
          next = following;
          ahead = ask();
        }
        page = object(document.parse<unknown>());
      } catch (e) {
        ahead = undefined;
        // The pages took longer than the server keeps a version: once more, in one piece.
        if (!(e instanceof Problem) || e.status !== 410 || next === '' || restarted) throw e;
        restarted = true;
        next = version = '';
        continue;
      }
      let changed = false;
      for (const item of list(page['items'])) {
        const kept = resource.keep(item);
        if (!kept) continue;
        seen.add(kept.key);
        changed ||= kept.changed;
      }
      if (changed) this.report.changed();
      version = resourceVersion(page);
      next = text(object(page['metadata'])['continue']);
    } while (next !== '' || (restarted && version === ''));
    if (resource.prune(namespace, seen)) this.report.changed();
    return version;
  }

  /** Until it ends; gives the version to go on from. From '' it begins with all that there is, as a streamed list. */
  async #watch(from: string): Promise<string> {
    const { resource, namespace } = this;
    let version = from;
    let listing = from === '' ? new Set<string>() : undefined;
    const seconds = WATCH_SECONDS[0] + Math.floor(Math.random() * (WATCH_SECONDS[1] - WATCH_SECONDS[0]));
    const query = new URLSearchParams({
      watch: '1',
      allowWatchBookmarks: 'true',
      timeoutSeconds: String(seconds),
      ...(listing ? { sendInitialEvents: 'true', resourceVersionMatch: 'NotOlderThan' } : { resourceVersion: version }),
      ...this.#selector(),
    });
    const { body, fail } = await this.client.stream(`${resource.path(namespace)}?${query}`, {
      signal: this.signal,
      long: true,
      idleMs: WATCH_IDLE_MS,
      ...this.#accept(''),
    });
    this.#unwatched = undefined;
    const live = (): void => {
      this.#set('live', undefined);
    };
    if (!listing) live();
    const lines = new LineSplitter();
    const take = (line: string): void => {
      const at = this.#event(line, listing);
      // The objects of a list come in no order: only its end tells a version to go on from.
      if (listing && at?.ends !== true) return;
      if (listing) {
        if (resource.prune(namespace, listing)) this.report.changed();
        listing = undefined;
        this.#whole();
        live();
        this.#firstDone();
      }
      version = at?.version ?? version;
    };
    const events = async (): Promise<void> => {
      for await (const chunk of body as AsyncIterable<Buffer>) {
        for (const line of lines.push(chunk)) take(line);
      }
    };
    try {
      await events();
    } catch (e) {
      if (e instanceof Problem) throw e;
      const problem = fail(e);
      // What came before the drop counts: the next watch goes on from there.
      if (this.signal.aborted || !(problem instanceof Problem)) throw problem;
      if (version !== from) {
        this.#set('retrying', problem);
        await pause(this.#backoff.next(), this.signal);
        return version;
      }
      throw problem;
    } finally {
      body.destroy();
    }
    return version;
  }

  /**
   * One event; gives its version, and whether it ends a streamed list, whose keys go to `listing`. Throws Problem for
   * an ERROR event.
   */
  #event(
    line: string,
    listing: Set<string> | undefined,
  ): { readonly version: string; readonly ends: boolean } | undefined {
    const event = object(JSON.parse(line));
    const obj = event['object'];
    let ends = false;
    switch (event['type']) {
      case 'ADDED':
      case 'MODIFIED': {
        const kept = this.resource.keep(obj, listing ? undefined : event['type'] === 'ADDED' ? 'added' : 'modified');
        if (kept?.changed) this.report.changed();
        if (kept) listing?.add(kept.key);
        break;
      }
      case 'DELETED':
        if (this.resource.forget(obj)) this.report.changed();
        break;
      case 'BOOKMARK':
        ends = object(object(object(obj)['metadata'])['annotations'])[END_OF_LIST] === 'true';
        break;
      case 'ERROR': {
        const status = object(obj);
        throw new Problem(
          'kube.server',
          `The watch of ${this.resource.name} ended: ` +
            `${text(status['message']).slice(0, 300) || text(status['reason']) || 'no reason given'}.`,
          {
            status: number(status['code']),
            next: 'It is watched anew by itself; if this stays, ask whoever runs the cluster.',
          },
        );
      }
      default:
        return undefined;
    }
    const version = resourceVersion(obj);
    return version === '' ? undefined : { version, ends };
  }

  #selector(): Record<string, string> {
    const { fieldSelector, labelSelector } = this.resource;
    return {
      ...(fieldSelector !== undefined && this.namespace === undefined && { fieldSelector }),
      ...(labelSelector !== undefined && { labelSelector }),
    };
  }

  #accept(list: 'List' | ''): { accept?: string } {
    return this.resource.metadataOnly
      ? { accept: `application/json;as=PartialObjectMetadata${list};g=meta.k8s.io;v=v1,application/json` }
      : {};
  }
}

/**
 * The continue token of a list's text, whose metadata API servers write first; undefined when it is not found there.
 */
function continueOf(page: string): string | undefined {
  const items = page.indexOf('"items":[');
  const head = page.slice(0, items < 0 ? 0 : Math.min(items, 16_384));
  const token = /"metadata":\{[^{}]*"continue":("(?:[^"\\]|\\.)*")/.exec(head)?.[1];
  return token === undefined ? undefined : (JSON.parse(token) as string);
}
