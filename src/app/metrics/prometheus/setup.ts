/** Asks the user for a Prometheus: first its address, then whatever it turns out to need. */
import { Problem } from '../../../base/problem';
import { cleanAddress } from '../../../series/prometheus/address';
import { askPrometheus, BEHIND, type AskedPrometheus } from '../../../series/prometheus/ask';
import { configuredClient, TENANT_HEADER, type AuthKind } from '../../../series/prometheus/configured';
import type { Secrets } from '../../../series/prometheus/client';

export interface Question {
  readonly title: string;
  readonly prompt: string;
  readonly value?: string;
  /** Masked like a password. */
  readonly secret?: boolean;
  /** An error sentence when the text is not valid. */
  readonly check?: (text: string) => string | undefined;
}
export interface Choice<T> {
  readonly title: string;
  readonly prompt: string;
  readonly options: readonly Option<T>[];
}
export interface Option<T> {
  readonly title: string;
  readonly detail?: string;
  readonly value: T;
}

/** Asks the user. Each method rejects with an AbortError when the user cancels. */
export interface User {
  line(question: Question): Promise<string>;
  choose<T>(question: Choice<T>): Promise<T>;
  /** Any number of these, perhaps none. */
  several(question: Choice<string>): Promise<readonly string[]>;
  file(title: string): Promise<string>;
  busy<T>(title: string, run: (signal: AbortSignal) => Promise<T>): Promise<T>;
}

/** A Prometheus that is being set up. */
export interface Draft {
  readonly url: string;
  readonly auth: AuthKind;
  readonly username: string;
  readonly tenant: string;
  /** Besides the tenant's header. */
  readonly headers: Readonly<Record<string, string>>;
  readonly secretHeaders: readonly string[];
  readonly caFile: string;
  readonly skipVerify: boolean;
  readonly secrets: Secrets;
}

export interface Settled {
  readonly draft: Draft;
  /** "3.16.0"; undefined = saved although it does not answer. */
  readonly version: string | undefined;
}

export const FRESH: Draft = {
  url: '',
  auth: 'none',
  username: '',
  tenant: '',
  headers: {},
  secretHeaders: [],
  caFile: '',
  skipVerify: false,
  secrets: {},
};
const TITLE = 'Add a Prometheus';
/** How long it may take to answer, ms. */
const PATIENCE_MS = 15_000;

export interface SetupNeeds {
  readonly read: (path: string) => Promise<string>;
}

/** Starts by asking for the address, unless it is `given`. */
export async function enter(user: User, needs: SetupNeeds, given?: string): Promise<Settled> {
  const url = given === undefined ? await address(user, '') : cleanAddress(given);
  return settle(user, needs, { ...FRESH, url });
}

/** Repeats until the Prometheus answers, or the user accepts it as it is. */
export async function settle(user: User, needs: SetupNeeds, start: Draft): Promise<Settled> {
  const { draft, answer } = await until(user, start, (d) => ask(user, needs, d), stepsFor);
  return answer
    ? { draft: { ...draft, url: `${new URL(draft.url).origin}${answer.prefix}` }, version: answer.version }
    : { draft, version: undefined };
}

/**
 * For a Prometheus found in a cluster: its address is fixed, so only the credentials can change. Returns the secrets to
 * save.
 */
export async function settleFound(
  user: User,
  label: string,
  try_: (secrets: Secrets) => Promise<AskedPrometheus>,
  kept: Secrets,
): Promise<Secrets> {
  const { [TENANT_HEADER]: tenant = '', ...headers } = kept.headers ?? {};
  const secretsOf = (d: Draft): Secrets => ({
    ...(d.auth === 'basic' && { username: d.username }),
    ...(d.auth !== 'none' && d.secrets.secret !== undefined && { secret: d.secrets.secret }),
    headers: { ...d.secrets.headers, ...(d.tenant !== '' && { [TENANT_HEADER]: d.tenant }) },
  });
  const start: Draft = {
    ...FRESH,
    url: label,
    auth: kept.secret === undefined ? 'none' : (kept.username ?? '') === '' ? 'bearer' : 'basic',
    username: kept.username ?? '',
    tenant,
    secretHeaders: Object.keys(headers),
    secrets: { ...(kept.secret !== undefined && { secret: kept.secret }), headers },
  };
  const steps = (refused: Refused): readonly Step[] =>
    refused.wants === 'credentials' || refused.wants === 'tenant'
      ? stepsFor(refused).filter((step) => step !== 'address')
      : ['again', 'basic', 'bearer', 'header', 'tenant'];
  return secretsOf((await until(user, start, (d) => try_(secretsOf(d)), steps)).draft);
}

type Refused = Extract<AskedPrometheus, { kind: 'refuses' }>;

async function until(
  user: User,
  start: Draft,
  ask: (draft: Draft) => Promise<AskedPrometheus>,
  steps: (refused: Refused) => readonly Step[],
): Promise<{ readonly draft: Draft; readonly answer: Extract<AskedPrometheus, { kind: 'answers' }> | undefined }> {
  for (let draft = start; ;) {
    const answer = await ask(draft);
    if (answer.kind === 'answers') return { draft, answer };
    const { problem } = answer;
    const step = await user.choose({
      title: problem.message,
      prompt: PROMPTS[answer.wants] ?? problem.next ?? 'What may help?',
      options: steps(answer).map((value) => ({ ...STEPS[value], value })),
    });
    if (step === 'anyway') return { draft, answer: undefined };
    draft = await take(user, draft, step);
  }
}

/**
 * A CA file without certificates and a header that can't be sent count as refusals: the user can fix them in the same
 * way.
 */
async function ask(user: User, { read }: SetupNeeds, draft: Draft): Promise<AskedPrometheus> {
  try {
    const clientAt = await clients(draft, read);
    return await user.busy(`Asking ${draft.url}`, (signal) =>
      askPrometheus(clientAt, { timeoutMs: PATIENCE_MS, signal }),
    );
  } catch (e) {
    if (e instanceof Problem && e.code === 'prometheus.settings')
      return {
        kind: 'refuses',
        wants: draft.caFile === '' ? 'credentials' : 'certificate',
        problem: e,
        scheme: undefined,
      };
    throw e;
  }
}

async function clients(
  draft: Draft,
  read: SetupNeeds['read'],
): Promise<(behind: string) => Awaited<ReturnType<typeof configuredClient>>> {
  const headers = draft.tenant === '' ? draft.headers : { ...draft.headers, [TENANT_HEADER]: draft.tenant };
  const at = (behind: string): ReturnType<typeof configuredClient> =>
    configuredClient(
      { ...draft, url: `${draft.url}${behind}`, headers },
      { secrets: () => Promise.resolve(draft.secrets), read },
    );
  const made = new Map<string, Awaited<ReturnType<typeof configuredClient>>>();
  for (const behind of BEHIND) made.set(behind, await at(behind));
  return (behind) => made.get(behind)!;
}

type Step = 'basic' | 'bearer' | 'header' | 'tenant' | 'ca' | 'any' | 'address' | 'again' | 'anyway';

const STEPS: Readonly<Record<Step, Omit<Option<Step>, 'value'>>> = {
  basic: { title: 'User and Password…', detail: "The password is kept in the editor's secret storage" },
  bearer: { title: 'Token…', detail: "Sent as a bearer token; kept in the editor's secret storage" },
  header: {
    title: 'Secret Header…',
    detail: "An API key or a cookie of a gateway; its value is kept in the editor's secret storage",
  },
  tenant: { title: 'Tenant…', detail: `Sent as the header ${TENANT_HEADER}` },
  ca: { title: 'Choose the CA That Signed It…', detail: 'A PEM file with the authorities to trust' },
  any: { title: 'Take Any Certificate', detail: 'Whoever stands between can then read what is sent, a password too' },
  address: { title: 'Change the Address…' },
  again: { title: 'Try Again' },
  anyway: { title: 'Add It Anyway', detail: 'It may not be up now, or be reached from elsewhere only' },
};

/** Prompts for when the choices are the next step themselves, so that the problem's own `next` would not fit. */
const PROMPTS: Readonly<Partial<Record<Refused['wants'], string>>> = {
  credentials: 'What is sent to it to be let in?',
  tenant: 'Which tenant is meant?',
  certificate: 'How is it to be trusted?',
};

/** The steps that may help, most likely first. */
function stepsFor({ wants, scheme, problem }: Refused): readonly Step[] {
  switch (wants) {
    case 'credentials':
      return [
        ...(scheme === 'bearer' ? (['bearer', 'basic'] as const) : (['basic', 'bearer'] as const)),
        'header',
        'tenant',
        'address',
      ];
    case 'tenant':
      return ['tenant', 'basic', 'bearer', 'address'];
    case 'certificate':
      return ['ca', 'any', 'address'];
    case 'address':
      return /^prometheus\.(html|redirect)$/.test(problem.code)
        ? ['address', 'bearer', 'basic', 'header', 'again']
        : ['address', 'again', 'anyway'];
  }
}

async function take(user: User, draft: Draft, step: Exclude<Step, 'anyway'>): Promise<Draft> {
  const title = hostOf(draft.url);
  switch (step) {
    case 'basic': {
      const username = await user.line({
        title,
        prompt: 'User name',
        value: draft.username,
        check: (t) =>
          t.trim() === '' ? 'A user name is needed.' : t.includes(':') ? 'A user name can have no colon.' : undefined,
      });
      const secret = await password(user, title, username);
      return { ...draft, auth: 'basic', username, secrets: { ...draft.secrets, secret } };
    }
    case 'bearer':
      return {
        ...draft,
        auth: 'bearer',
        username: '',
        secrets: { ...draft.secrets, secret: await token(user, title) },
      };
    case 'header': {
      const name = await user.line({
        title,
        prompt: 'Name of the header, such as X-Api-Key',
        check: (t) =>
          !/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(t.trim())
            ? 'A header has a name of letters, digits and dashes.'
            : /^authorization$/i.test(t.trim())
              ? 'Choose a user and password, or a token, instead.'
              : undefined,
      });
      const value = await user.line({
        title,
        prompt: `Value of ${name}`,
        secret: true,
        check: (t) => (/^[\t\x20-\x7e\x80-\xff]+$/.test(t) ? undefined : 'A value stands on one line.'),
      });
      return {
        ...draft,
        secretHeaders: [...draft.secretHeaders.filter((h) => h.toLowerCase() !== name.toLowerCase()), name],
        secrets: { ...draft.secrets, headers: { ...draft.secrets.headers, [name]: value } },
      };
    }
    case 'tenant':
      return {
        ...draft,
        tenant: await user.line({
          title,
          prompt: 'Tenant',
          value: draft.tenant,
          check: (t) => (/^[\x21-\x7e]+$/.test(t.trim()) ? undefined : 'A tenant is one word.'),
        }),
      };
    case 'ca':
      return { ...draft, caFile: await user.file('Choose the CA file'), skipVerify: false };
    case 'any':
      return { ...draft, skipVerify: true, caFile: '' };
    // Nothing that was entered for one address is sent to another.
    case 'address':
      return { ...FRESH, url: await address(user, draft.url) };
    case 'again':
      return draft;
  }
}

/** Accepts '': nobody should have an empty password, but some servers accept it. */
function password(user: User, title: string, username: string): Promise<string> {
  return user.line({
    title,
    prompt: `Password of ${username}`,
    secret: true,
    check: (t) => (/[\r\n]/.test(t) ? 'A password stands on one line.' : undefined),
  });
}

function token(user: User, title: string): Promise<string> {
  return user.line({
    title,
    prompt: 'Token, without the word Bearer',
    secret: true,
    check: (t) =>
      /^[\x21-\x7e]+$/.test(t.trim()) ? undefined : 'A token has letters, digits and signs, and no blanks.',
  });
}

async function address(user: User, value: string): Promise<string> {
  return cleanAddress(
    await user.line({
      title: TITLE,
      prompt: 'Its address, as it stands in the browser',
      value,
      check: (t) => {
        try {
          cleanAddress(t);
          return undefined;
        } catch (e) {
          return Problem.from(e).sentence;
        }
      },
    }),
  );
}

function hostOf(url: string): string {
  try {
    return new URL(url).host;
  } catch {
    return url;
  }
}

/** Asks for its name and for the contexts whose controllers it has metrics of; both have a default answer. */
export async function nameIt(
  user: User,
  draft: Draft,
  contexts: readonly string[],
  given?: string,
): Promise<{ readonly name: string; readonly contexts: readonly string[] }> {
  const name = await user.line({
    title: TITLE,
    prompt: 'What the metrics page calls it',
    value: given ?? hostOf(draft.url),
    check: (t) =>
      t.trim() === '' ? 'A name is needed.' : t.length > 80 ? 'The name is longer than 80 characters.' : undefined,
  });
  if (contexts.length < 2) return { name, contexts: [] };
  const chosen = await user.several({
    title: TITLE,
    prompt: 'Contexts whose controllers it has metrics of; none chosen = all',
    options: contexts.map((c) => ({ title: c, value: c })),
  });
  return { name, contexts: chosen.length === contexts.length ? [] : chosen };
}
