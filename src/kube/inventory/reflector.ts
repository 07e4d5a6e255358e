/**
 * Keeps one resource of one scope up to date: list, watch, and again. It reads JSON lines through undici. client-node's
 * informers (2.0.1) keep whole objects, list without pages, and don't coalesce.
 */
import { Problem } from '../../base/problem';
import { list, number, object, text } from '../../base/json';
import { pause } from '../concurrency';
import type { ApiClient, JsonText } from '../net/client';
import { Backoff, CONNECTION, LOGIN, REFUSED, type BackoffRange } from './backoff';
import { LineSplitter } from './lines';
import { resourceVersion, type Resource } from './resources';

/**
 * Objects per page of a list. Half of kubectl's 500, since each page is parsed in one go: 10,000 pods then take 40 MB
 * less at the peak, in the same time.
 */
const PAGE = 250;
/** How long a watch is asked to last, s: random in this range, as in client-go, so that they don't all end at once. */
const WATCH_SECONDS = [300, 600] as const;
/** A bookmark comes about once a minute. After this long without anything, ms, the watch may be dead. */
const WATCH_IDLE_MS = 150_000;
/** A watch that lived this long, ms, was a good one: the next attempt comes at once. */
const GOOD_MS = 5000;
/** Statuses of a refused streamed list after which a list in pages may still work. */
const NO_STREAM: readonly number[] = [400, 403, 404, 405, 422];
/** The annotation of the bookmark after the last object of a streamed list. */
const END_OF_LIST = 'k8s.io/initial-events-end';
/** How often to list, ms, where listing is allowed and watching is not. */
const POLL_MS = 60_000;

export type ReflectorState = 'starting' | 'live' | 'retrying' | 'refused';

export interface ReflectorReport {
  /** Something worth showing changed. */
  changed(): void;
  /** The state or the problem changed. */
  state(): void;
}

/** True for problems that no retry solves soon: the credentials are at fault. */
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
  /** Lists refused in a row. */
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

  /** Ends the current wait, or the next one if there is none: the user wants to see it now. */
  retry(): void {
    this.#backoff.reset();
    this.#again.abort();
  }

  async #wait(ms: number): Promise<void> {
    await pause(ms, AbortSignal.any([this.signal, this.#again.signal]));
    this.#again = new AbortController();
  }

  /**
   * A list was refused. The first time, what was seen before is kept: a right that is being replaced is gone for a
   * moment.
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
          // The server doesn't know streamed lists, or the user may list and not watch.
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
            // Forbidden, or there is no such resource: ask again now and then.
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
        // A quiet watch timed out: nobody needs to know.
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
   * Lists all pages. What is gone is forgotten only at the end, so that what stays never flickers. Gives the version to
   * watch from.
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
      // Handled where it is awaited; this covers the case that the page before it fails.
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
        // The server prepares the next page while this one is parsed.
        if (following !== undefined && following !== '') {
          next = following;
          ahead = ask();
        }
        page = object(document.parse<unknown>());
      } catch (e) {
        ahead = undefined;
        // The pages took longer than the server keeps a version: list once more, in one piece.
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

  /**
   * Watches until the watch ends; gives the version to go on from. With '' it starts with all existing objects, as a
   * streamed list.
   */
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
      // A streamed list has no order: only its end gives a version to go on from.
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
      // Events before the drop count: the next watch goes on from there.
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
   * Takes one event. Gives its version, and whether it ends a streamed list, whose keys go to `listing`. Throws Problem
   * for an ERROR event.
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
 * The continue token of a list's text, in whose metadata API servers write it first; undefined when it isn't found
 * there.
 */
function continueOf(page: string): string | undefined {
  const items = page.indexOf('"items":[');
  const head = page.slice(0, items < 0 ? 0 : Math.min(items, 16_384));
  const token = /"metadata":\{[^{}]*"continue":("(?:[^"\\]|\\.)*")/.exec(head)?.[1];
  return token === undefined ? undefined : (JSON.parse(token) as string);
}
