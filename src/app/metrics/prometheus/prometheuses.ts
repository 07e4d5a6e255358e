/** The Prometheuses that a page may query, from the settings and from the cluster, and the secrets stored for each. */
import { Disposables, Emitter, type Disposable } from '../../../base/dispose';
import { isAbort, Problem, type ProblemData } from '../../../base/problem';
import type { SeriesSource } from '../../../metrics/types';
import { askPrometheus, type AskedPrometheus } from '../../../series/prometheus/ask';
import {
  configuredClient,
  forContext,
  readConfigured,
  TENANT_HEADER,
  type ConfiguredPrometheus,
  type WrittenPrometheus,
} from '../../../series/prometheus/configured';
import type { PrometheusClient, Secrets } from '../../../series/prometheus/client';
import { findPrometheus } from '../../../series/prometheus/find';
import { ownerLabel, PrometheusSecrets, type SecretBox, type SecretOwner } from '../../../series/prometheus/secrets';
import { PrometheusSource } from '../../../series/prometheus/prometheusSource';
import type { Clusters } from '../../clusters';
import type { Choice, Editor } from '../../editor';
import type { FileDialogs } from '../../pages/panel';
import type { SubjectId } from '../subject';
import { enter, FRESH, nameIt, settle, settleFound, type Draft, type Settled, type User } from './setup';
import { readPem, userOf } from './user';

/** A Prometheus that a page may query. */
export interface KnownPrometheus {
  readonly id: string;
  readonly source: SeriesSource;
  /** Why it can't be queried; undefined if it can. */
  readonly problem: ProblemData | undefined;
  /**
   * Asks the user for what it needs, and saves that. Resolves with its id from then on. Rejects with AbortError when
   * the user cancels.
   */
  unlock(): Promise<string>;
}

/** How long it may take to answer while it is being set up, ms. */
const PATIENCE_MS = 15_000;

export interface PrometheusesDeps {
  readonly clusters: Pick<Clusters, 'entries' | 'load' | 'connect'>;
  readonly editor: Pick<Editor, 'log' | 'settings' | 'picker' | 'messages' | 'progress'>;
  readonly dialogs: Pick<FileDialogs, 'open'>;
  /** The editor's secret storage; its event also fires when another window changes a secret. */
  readonly secrets: SecretBox & { onDidChange(listener: () => void): Disposable };
  /** Calls back when the setting `prometheus` changes. */
  readonly onDidChangeSetting: (listener: () => void) => Disposable;
}

export class Prometheuses implements Disposable {
  readonly #own = new Disposables();
  readonly #changed = this.#own.add(new Emitter<void>());
  readonly #secrets: PrometheusSecrets;
  readonly #needs = { read: readPem };
  readonly #user: User;
  /** Secrets that the user just entered for a Prometheus in a cluster, while they are tried. */
  readonly #trying = new Map<string, Secrets>();

  constructor(private readonly deps: PrometheusesDeps) {
    const { secrets, editor, dialogs, onDidChangeSetting } = deps;
    this.#secrets = new PrometheusSecrets(secrets);
    this.#user = userOf(editor, dialogs);
    const changed = (): void => {
      this.#changed.fire();
    };
    this.#own.add(onDidChangeSetting(changed));
    this.#own.add(secrets.onDidChange(changed));
  }

  /** The setting or the credentials changed. */
  readonly onDidChange = this.#changed.event;

  /** The Prometheuses of the settings for this subject. Sends no request. */
  async ofSettings(id: SubjectId): Promise<readonly KnownPrometheus[]> {
    const mine = forContext(
      readConfigured(this.deps.editor.settings.prometheus),
      'context' in id ? id.context : undefined,
    );
    return Promise.all(mine.map((one) => this.#configured(one)));
  }

  /** The Prometheuses found in the subject's cluster. Rejects with AbortError only. */
  async ofCluster(id: SubjectId, signal: AbortSignal): Promise<readonly KnownPrometheus[]> {
    if (!('context' in id)) return [];
    try {
      const cluster = await this.deps.clusters.connect(id.context, signal);
      const { server } = cluster.session.context;
      const found = await findPrometheus(cluster, signal, (of) => ({
        secrets: async () => this.#trying.get(`${server} ${of}`) ?? this.#secrets.get({ server, id: of }),
      }));
      return found.map((f) => ({
        id: f.id,
        source: new PrometheusSource(f.client, {}, f.label),
        problem: f.problem,
        unlock: () => this.#unlockFound({ server, id: f.id }, f.client),
      }));
    } catch (e) {
      if (isAbort(e)) throw e;
      this.deps.editor.log.problem('Looking for a Prometheus', e);
      return [];
    }
  }

  async #configured(one: ConfiguredPrometheus): Promise<KnownPrometheus> {
    let client: PrometheusClient;
    let { problem } = one;
    try {
      if (problem) throw Problem.fromJSON(problem);
      client = await configuredClient(one, { ...this.#needs, secrets: () => this.#secrets.get(ownerOf(one)) });
    } catch (e) {
      const p = Problem.from(e, 'prometheus.settings');
      problem ??= p.toJSON();
      client = { label: one.name, prefix: '', ask: () => Promise.reject(p) };
    }
    return {
      id: one.id,
      source: new PrometheusSource(client, {}, one.name),
      problem,
      unlock: () => this.#unlockConfigured(one),
    };
  }

  /** Asks for a new Prometheus, tries it and adds it to the settings. `given`: its address. */
  async add(given?: string): Promise<void> {
    const settled = await enter(this.#user, this.#needs, given);
    await this.deps.clusters.load().catch(() => undefined);
    const { name, contexts } = await nameIt(
      this.#user,
      settled.draft,
      this.deps.clusters.entries.map((e) => e.info.name),
    );
    await this.#keep({ url: settled.draft.url, username: settled.draft.username }, settled.draft);
    await this.deps.editor.settings.setPrometheus([
      ...this.deps.editor.settings.prometheus,
      toWrite({ name, contexts }, settled.draft),
    ]);
    void this.deps.editor.messages.info(said(name, settled));
  }

  /** Starts from the current settings, and changes the entry in place. */
  async #unlockConfigured(one: ConfiguredPrometheus): Promise<string> {
    const { [TENANT_HEADER]: tenant = '', ...headers } = one.headers;
    const secrets = one.problem ? {} : ((await this.#secrets.get(ownerOf(one))) ?? {});
    const start: Draft = {
      ...FRESH,
      url: one.url,
      auth: one.auth,
      username: one.username,
      tenant,
      headers,
      secretHeaders: one.secretHeaders,
      caFile: one.caFile,
      skipVerify: one.skipVerify,
      secrets,
    };
    const settled = await settle(this.#user, this.#needs, start);
    await this.#keep({ url: settled.draft.url, username: settled.draft.username }, settled.draft);
    const entries = [...this.deps.editor.settings.prometheus];
    const at = readConfigured(entries).find((c) => c.id === one.id)?.at;
    const now = toWrite({ name: one.name, contexts: one.contexts }, settled.draft);
    // Only the secret changed, or the entry was removed meanwhile.
    if (
      at === undefined ||
      JSON.stringify(now) === JSON.stringify(toWrite({ name: one.name, contexts: one.contexts }, start))
    )
      return one.id;
    entries[at] = now;
    await this.deps.editor.settings.setPrometheus(entries);
    return readConfigured(entries).find((c) => c.at === at)?.id ?? one.id;
  }

  /**
   * Saves everything in the secret storage, as no setting holds this Prometheus, and only after it has accepted the
   * secrets.
   */
  async #unlockFound(
    owner: { readonly server: string; readonly id: string },
    client: PrometheusClient,
  ): Promise<string> {
    const key = `${owner.server} ${owner.id}`;
    const tried = (secrets: Secrets): Promise<AskedPrometheus> => {
      this.#trying.set(key, secrets);
      return this.#user.busy(`Asking ${owner.id}`, (signal) =>
        askPrometheus(() => client, { timeoutMs: PATIENCE_MS, signal }),
      );
    };
    try {
      await this.#secrets.keep(
        owner,
        await settleFound(this.#user, owner.id, tried, (await this.#secrets.get(owner)) ?? {}),
      );
      return owner.id;
    } finally {
      this.#trying.delete(key);
    }
  }

  async #keep(owner: SecretOwner, { secrets, auth, secretHeaders }: Draft): Promise<void> {
    if (auth === 'none' && secretHeaders.length === 0) return;
    await this.#secrets.keep(owner, {
      ...(auth !== 'none' && secrets.secret !== undefined && { secret: secrets.secret }),
      ...(secretHeaders.length > 0 && secrets.headers && { headers: secrets.headers }),
    });
  }

  async forget(): Promise<void> {
    const owners = await this.#secrets.owners();
    if (owners.length === 0) {
      void this.deps.editor.messages.info('No credentials of a Prometheus are kept.');
      return;
    }
    const { value } = await this.deps.editor.picker.pick<SecretOwner | 'all'>({
      title: 'Forget Prometheus credentials',
      placeholder: 'Whose password, token or headers to forget',
      skipSingle: false,
      choices: () =>
        Promise.resolve([
          ...owners.map((owner): Choice<SecretOwner> => ({
            label: ownerLabel(owner),
            icon: 'key',
            value: owner,
          })),
          ...(owners.length > 1 ? [{ label: 'All of them', icon: 'trash', value: 'all' } satisfies Choice<'all'>] : []),
        ]),
    });
    for (const owner of value === 'all' ? owners : [value]) await this.#secrets.forget(owner);
    void this.deps.editor.messages.info(
      value === 'all'
        ? `Forgot the credentials of ${owners.length} Prometheuses.`
        : `Forgot the credentials of ${ownerLabel(value)}.`,
    );
  }

  dispose(): void {
    this.#own.dispose();
  }
}

function ownerOf({ url, username }: { readonly url: string; readonly username: string }): SecretOwner {
  return { url, username };
}

/** As an entry of the setting, without default values. */
function toWrite(
  { name, contexts }: { readonly name: string; readonly contexts: readonly string[] },
  d: Draft,
): WrittenPrometheus {
  return {
    name,
    url: d.url,
    ...(contexts.length > 0 && { contexts }),
    ...(d.auth !== 'none' && { auth: d.auth }),
    ...(d.username !== '' && { username: d.username }),
    ...(d.tenant !== '' && { tenant: d.tenant }),
    ...(Object.keys(d.headers).length > 0 && { headers: d.headers }),
    ...(d.secretHeaders.length > 0 && { secretHeaders: d.secretHeaders }),
    ...(d.caFile !== '' && { caFile: d.caFile }),
    ...(d.skipVerify && { skipVerify: true }),
  };
}

function said(name: string, { version }: Settled): string {
  const tail = 'Metrics pages offer it as a source.';
  return version === undefined
    ? `${name} was added, though it did not answer. ${tail}`
    : `${name} answers${version === '' ? '' : ` (${version})`}. ${tail}`;
}
