/** Chooses whose token an endpoint gets: none, the kubeconfig user's own, or that of a service account. */
import { Problem } from '../../base/problem';
import { rankAccounts, type Account } from '../../cluster/accounts';
import type { Cluster } from '../../cluster/cluster';
import type { FoundEndpoint } from '../../cluster/endpoints';
import { endpointRbac } from '../../cluster/rbac';
import { asksForToken, describeAuth, type Auth } from '../../cluster/reach';
import type { EndpointKind } from '../../controllers/types';
import type { Action, Choice, Editor, Picker } from '../editor';
import type { Parts } from '../parts';
import type { PodPlace } from '../processes/place';
import { Back } from '../wizard';
import { tokenProblem } from '../processes/endpoints';

/**
 * Asks the user, saves the choice for the workload, and tries it. Resolves with the endpoints that are now accessible;
 * throws a Problem (its detail is the missing RBAC) when an endpoint of `wanted` still refuses. `asked`: how the
 * process just asked for a token, if it did.
 */
export async function authenticate(
  { editor, clusters, processes, memory, view }: Parts,
  place: PodPlace,
  wanted?: EndpointKind,
  asked?: Problem,
): Promise<readonly FoundEndpoint[]> {
  const { context, workload, replica } = place;
  const cluster = await clusters.connect(context);
  const now = memory.get(context, workload.id).auth;
  const locked = processes
    .facts(context, workload, replica)
    .endpoints.find((e) => e.state === 'needsToken' && (wanted === undefined || e.kind === wanted))?.problem;
  const auth = await chooseAuth(editor.picker, titleOf(place, now, asked ?? locked), place, now, cluster);
  memory.keepAuth(context, workload.id, auth);
  // A probe in progress still sends the previous choice.
  processes.forget(context, workload);
  // That also forgets the answers of the other replicas, so probe those that are open in the tree again.
  void view.probeAgain(context, workload.id);
  const findings = await editor.progress.run(`Asking ${replica.pod.name} with ${describeAuth(auth)}`, (signal) =>
    processes.probe(context, workload, replica, { signal, again: true }),
  );
  const refused = findings.endpoints.filter(
    (e) => e.state === 'needsToken' && (wanted === undefined || e.kind === wanted),
  );
  if (refused.length > 0 && auth.kind !== 'none') throw refusedProblem(auth, refused);
  return findings.endpoints.filter((e) => e.state === 'ok');
}

/** For commands: shows its own errors, with a button to choose again. */
export async function authenticateCommand(parts: Parts, place: PodPlace, wanted?: EndpointKind): Promise<void> {
  try {
    await authenticate(parts, place, wanted);
  } catch (e) {
    const again = (): unknown => authenticateCommand(parts, place, wanted);
    void parts.editor.messages.problem(e, { what: 'Authenticate', actions: authActions(parts.editor, e, again) });
  }
}

function refusedProblem(auth: Auth, refused: readonly FoundEndpoint[]): Problem {
  const own = refused.find((e) => e.problem && !e.problem.code.startsWith('target.'))?.problem;
  // The token could not even be obtained: report that.
  if (own) return tokenProblem(Problem.fromJSON(own));
  const status = refused[0]?.problem?.status;
  const paths = refused.map((e) => e.path);
  if (status === 401) {
    return new Problem(
      'auth.unauthorized',
      `The process does not accept ${describeAuth(auth)} for ${paths.join(' and ')} (401).`,
      { next: 'Choose another way to authenticate.', status: 401 },
    );
  }
  return new Problem(
    'auth.forbidden',
    `The process knows ${describeAuth(auth)}, but it may not read ${paths.join(' and ')} (403).`,
    {
      next: 'Grant it the rules that Copy RBAC gives, or choose another account.',
      status: 403,
      detail: endpointRbac(auth, paths),
    },
  );
}

/** Buttons for a problem of authentication or permissions: choose again where that may help, and copy the rules. */
export function authActions(
  { copy, messages }: Pick<Editor, 'copy' | 'messages'>,
  e: unknown,
  again: () => unknown,
): readonly Action[] {
  const problem = Problem.from(e);
  const { detail } = problem;
  return [
    ...(asksForToken(problem) ? [{ title: 'Authenticate…', run: again }] : []),
    ...(detail !== undefined && /^kind: /m.test(detail)
      ? [
          { title: 'Copy RBAC', run: () => copy(detail) },
          { title: 'Show RBAC', run: () => messages.details(problem.toJSON()) },
        ]
      : []),
  ];
}

/**
 * The title says why a token is needed, if the process said so, so that the user knows where the question comes from.
 */
function titleOf(
  { workload }: PodPlace,
  now: Auth,
  asked: { readonly code: string; readonly status?: number | undefined } | undefined,
): string {
  const { name } = workload;
  // A status from the API server concerns the token request; it is not the process's own.
  const status =
    asked?.code.startsWith('target.') === true || asked?.code.startsWith('capture.') === true
      ? asked.status
      : undefined;
  if (status === 401)
    return now.kind === 'none'
      ? `${name} asks for a token (401)`
      : `${name} does not accept ${describeAuth(now)} (401)`;
  if (status === 403) return `${name} does not let ${now.kind === 'none' ? 'you' : describeAuth(now)} read it (403)`;
  return `Authenticate to ${workload.namespace}/${name}`;
}

type Way = Auth['kind'];

async function chooseAuth(
  picker: Picker,
  title: string,
  { workload, replica }: PodPlace,
  now: Auth,
  cluster: Cluster,
): Promise<Auth> {
  const mark = (kind: Way): string => (kind === now.kind ? 'in use' : '');
  for (;;) {
    const way = await picker.pick<Way>({
      title,
      step: 1,
      totalSteps: 2,
      back: false,
      placeholder: 'Whose token is sent to it? It is kept in memory only.',
      skipSingle: false,
      choices: () =>
        Promise.resolve<Choice<Way>[]>([
          {
            label: 'Service account…',
            description: now.kind === 'serviceAccount' ? `in use: ${now.namespace}/${now.name}` : '',
            detail: 'A token that the API server makes for it, valid for ten minutes',
            icon: 'account',
            value: 'serviceAccount',
          },
          {
            label: "The kubeconfig's own token",
            description: mark('own'),
            detail: 'The process sees your own token: only for processes that you trust',
            icon: 'key',
            value: 'own',
          },
          {
            label: 'None',
            description: mark('none'),
            detail: 'No token is sent',
            icon: 'circle-slash',
            value: 'none',
          },
        ]),
    });
    if (way.value !== 'serviceAccount') return { kind: way.value };
    try {
      return await chooseAccount(picker, title, workload.namespace, replica.pod.serviceAccount, cluster);
    } catch (e) {
      if (!(e instanceof Back)) throw e;
    }
  }
}

type Offer = Account | 'anotherNamespace' | 'byName';

async function chooseAccount(
  picker: Picker,
  title: string,
  home: string,
  used: string,
  cluster: Cluster,
): Promise<Auth> {
  let namespace = home;
  const place = { title, step: 2, totalSteps: 2, back: true };
  for (;;) {
    const of = namespace;
    const { value } = await picker.pick<Offer>({
      ...place,
      placeholder: `Service account of ${of}`,
      busyText: `Listing the service accounts of ${of}…`,
      skipSingle: false,
      choices: async (signal) => {
        const offers = (names: readonly string[] | undefined): Choice<Offer>[] =>
          rankAccounts(of, names, of === home ? used : '', cluster.objects.pods.values(), of === home).map((value) => ({
            label: value.name,
            description: [value.namespace === of ? '' : `in ${value.namespace}`, value.hint]
              .filter((d) => d !== '')
              .join(' · '),
            icon: 'account',
            value,
          }));
        const more: Choice<Offer>[] = [
          {
            label: 'Another namespace…',
            icon: 'symbol-namespace',
            alwaysShow: true,
            value: 'anotherNamespace',
          },
          { label: 'Enter a name…', icon: 'edit', alwaysShow: true, value: 'byName' },
        ];
        try {
          return [...offers(await cluster.session.serviceAccounts(of, signal)), ...more];
        } catch (e) {
          const problem = Problem.from(e);
          if (problem.status !== 403 && problem.status !== 404) throw e;
          // A user who may not list service accounts may still be allowed to create tokens for one.
          return [...offers(undefined), ...more.map((m) => ({ ...m, detail: problem.message }))];
        }
      },
    });
    if (value === 'anotherNamespace') {
      namespace = await picker.input({
        ...place,
        prompt: 'Namespace of the service account',
        value: of,
        validate: nameCheck('namespace'),
      });
    } else if (value === 'byName') {
      return {
        kind: 'serviceAccount',
        namespace: of,
        name: await picker.input({
          ...place,
          prompt: `Name of a service account of ${of}`,
          value: '',
          validate: nameCheck('service account'),
        }),
      };
    } else return { kind: 'serviceAccount', namespace: value.namespace, name: value.name };
  }
}

/** Names of objects: DNS labels and subdomains (RFC 1123). */
function nameCheck(what: string): (text: string) => string | undefined {
  return (text) =>
    /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(text.trim()) && text.length <= 253
      ? undefined
      : `A ${what}'s name has small letters, digits and hyphens.`;
}
