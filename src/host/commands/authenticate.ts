/** Whose token an endpoint gets: nobody's, the kubeconfig user's own, or that of a service account of the person's choice. */
import * as vscode from 'vscode';
import { Problem } from '../../base/problem';
import type { FoundEndpoint } from '../../cluster/endpoints';
import { endpointRbac } from '../../cluster/rbac';
import { asksForToken, describeAuth, type Auth } from '../../cluster/reach';
import type { EndpointKind } from '../../controllers/types';
import { showDetails, type Action } from '../errors';
import type { Parts } from '../parts';
import type { PodPlace } from '../picks/process';
import { Back, input, pick, type Choice } from '../picks/wizard';
import { tokenProblem } from './pprof';

/**
 * Asks, keeps the choice for the workload, and tries it. Resolves with the endpoints that it opened; throws a Problem (with
 * the RBAC that is missing as its detail) when an endpoint of `wanted` still refuses.
 */
export async function authenticate({ clusters, processes, memory }: Parts, place: PodPlace, wanted?: EndpointKind): Promise<readonly FoundEndpoint[]> {
  const { context, workload, replica } = place;
  const cluster = await clusters.connect(context);
  const auth = await chooseAuth(place, memory.get(context, workload.id).auth, (namespace, signal) => cluster.session.serviceAccounts(namespace, signal));
  memory.keepAuth(context, workload.id, auth);
  // A look that is under way still sends what was chosen before.
  processes.forget(context, workload);
  const findings = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: `Asking ${replica.pod.name} with ${describeAuth(auth)}`, cancellable: true },
    (_progress, cancel) => {
      const stop = new AbortController();
      cancel.onCancellationRequested(() => { stop.abort(); });
      return processes.look(context, workload, replica, { signal: stop.signal, again: true });
    },
  );
  const refused = findings.endpoints.filter((e) => e.state === 'needsToken' && (wanted === undefined || e.kind === wanted));
  if (refused.length > 0 && auth.kind !== 'none') throw refusedProblem(auth, refused);
  return findings.endpoints.filter((e) => e.state === 'ok');
}

function refusedProblem(auth: Auth, refused: readonly FoundEndpoint[]): Problem {
  const own = refused.find((e) => e.problem && !e.problem.code.startsWith('target.'))?.problem;
  // The token itself could not be had: that is what has to be said.
  if (own) return tokenProblem(Problem.fromJSON(own));
  const status = refused[0]?.problem?.status;
  const paths = refused.map((e) => e.path);
  if (status === 401) {
    return new Problem('auth.unauthorized', `The process does not accept ${describeAuth(auth)} for ${paths.join(' and ')} (401).`, { next: 'Choose another way to authenticate.', status: 401 });
  }
  return new Problem('auth.forbidden', `The process knows ${describeAuth(auth)}, but it may not read ${paths.join(' and ')} (403).`, {
    next: 'Grant it the rules that Copy RBAC gives, or choose another account.', status: 403, detail: endpointRbac(auth, paths),
  });
}

/** Buttons for a problem of authentication or of rights: choose again where that may help, copy the rules. */
export function authActions(e: unknown, again: () => unknown): readonly Action[] {
  const problem = Problem.from(e);
  const { detail } = problem;
  return [
    ...(asksForToken(problem) ? [{ title: 'Authenticate…', run: again }] : []),
    ...(detail !== undefined && /^kind: /m.test(detail) ? [{ title: 'Copy RBAC', run: () => vscode.env.clipboard.writeText(detail) }, { title: 'Show RBAC', run: () => showDetails(problem.toJSON()) }] : []),
  ];
}

type Way = Auth['kind'];

async function chooseAuth({ workload, replica }: PodPlace, now: Auth, accounts: (namespace: string, signal: AbortSignal) => Promise<readonly string[]>): Promise<Auth> {
  const title = `Authenticate to ${workload.namespace}/${workload.name}`;
  const mark = (kind: Way): string => (kind === now.kind ? 'in use' : '');
  for (;;) {
    const way = await pick<Way>({
      title, step: 1, totalSteps: 2, back: false, placeholder: 'Whose token is sent to this process? It is kept in memory only.', skipSingle: false,
      choices: () => Promise.resolve<Choice<Way>[]>([
        { label: 'Service account…', description: now.kind === 'serviceAccount' ? `in use: ${now.namespace}/${now.name}` : '', detail: 'A token that the API server makes for it, valid for ten minutes', iconPath: new vscode.ThemeIcon('account'), value: 'serviceAccount' },
        { label: "The kubeconfig's own token", description: mark('own'), detail: 'The process sees your own token: only for processes that you trust', iconPath: new vscode.ThemeIcon('key'), value: 'own' },
        { label: 'None', description: mark('none'), detail: 'No token is sent', iconPath: new vscode.ThemeIcon('circle-slash'), value: 'none' },
      ]),
    });
    if (way.value !== 'serviceAccount') return { kind: way.value };
    try {
      return await chooseAccount(title, workload.namespace, replica.pod.serviceAccount, accounts);
    } catch (e) {
      if (!(e instanceof Back)) throw e;
    }
  }
}

type Account = { readonly name: string } | 'elsewhere' | 'byName';

async function chooseAccount(title: string, home: string, used: string, accounts: (namespace: string, signal: AbortSignal) => Promise<readonly string[]>): Promise<Auth> {
  let namespace = home;
  const place = { title, step: 2, totalSteps: 2, back: true };
  for (;;) {
    const of = namespace;
    const { value } = await pick<Account>({
      ...place, placeholder: `Service account of ${of}`, busyText: `Listing the service accounts of ${of}…`, skipSingle: false,
      choices: async (signal) => {
        const more: Choice<Account>[] = [
          { label: 'Another namespace…', iconPath: new vscode.ThemeIcon('symbol-namespace'), alwaysShow: true, value: 'elsewhere' },
          { label: 'Enter a name…', iconPath: new vscode.ThemeIcon('edit'), alwaysShow: true, value: 'byName' },
        ];
        try {
          const names = await accounts(of, signal);
          // The pod's own account is the likeliest one.
          const sorted = of === home && names.includes(used) ? [used, ...names.filter((n) => n !== used)] : names;
          return [...sorted.map((name): Choice<Account> => ({ label: name, description: of === home && name === used ? 'used by the pod' : '', iconPath: new vscode.ThemeIcon('account'), value: { name } })), ...more];
        } catch (e) {
          const problem = Problem.from(e);
          if (problem.status !== 403 && problem.status !== 404) throw e;
          // Who may not list accounts may still be allowed to make tokens for one.
          return more.map((m) => ({ ...m, detail: problem.message }));
        }
      },
    });
    if (value === 'elsewhere') {
      namespace = await input({ ...place, prompt: 'Namespace of the service account', value: of, validate: nameCheck('namespace') });
    } else if (value === 'byName') {
      return { kind: 'serviceAccount', namespace: of, name: await input({ ...place, prompt: `Name of a service account of ${of}`, value: '', validate: nameCheck('service account') }) };
    } else return { kind: 'serviceAccount', namespace: of, name: value.name };
  }
}

/** Names of objects: DNS labels and subdomains (RFC 1123). */
function nameCheck(what: string): (text: string) => string | undefined {
  return (text) => (/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(text.trim()) && text.length <= 253 ? undefined : `A ${what}'s name has small letters, digits and hyphens.`);
}
