/** Tooltips of nodes: markdown, with every fact and where it comes from. Pure. */
import { count } from '../../base/format';
import type { ProblemData } from '../../base/problem';
import type { FoundEndpoint } from '../../cluster/endpoints';
import type { Replica, RunningController, Workload } from '../../controllers/types';
import type { ContextEntry } from '../clusters';
import type { ProcessFacts } from '../processes/processes';

/** Escapes text so that markdown shows it unchanged, on one line. */
export function md(text: string): string {
  return text.replace(/[\\`*_{}[\]()#+\-.!|<>~&$]/g, '\\$&').replace(/\s*\n\s*/g, ' ');
}

function facts(title: string, lines: readonly (string | false)[]): string {
  const rest = lines
    .filter((l): l is string => l !== false)
    .map((l) => `- ${l}`)
    .join('\n');
  return rest === '' ? title : `${title}\n\n${rest}`;
}

export function contextTip({ info, problem, cluster }: ContextEntry): string {
  const trouble = problem?.toJSON() ?? info.problem;
  return facts(`**${md(info.name)}**${info.current ? ' — the current context' : ''}`, [
    trouble !== undefined && problemTip(trouble),
    `Server ${md(info.server)}`,
    `User ${md(info.user)}, namespace ${md(info.namespace)}`,
    info.file !== '' && `From ${md(info.file)}`,
    cluster !== undefined &&
      `${count(cluster.objects.pods.size, 'pod')}, ` +
        `${count(cluster.objects.workloads.size, 'workload')}${cluster.scope === 'all' ? '' : `; only in ${md(cluster.scope.join(', '))}`}`,
  ]);
}

export function workloadTip(w: Workload): string {
  const why =
    w.reasons.length === 0
      ? ['Nothing about it tells of a controller.']
      : w.reasons.map((r) => `${md(r.text)} *(${r.weight})*`);
  return facts(
    `**${md(w.kind)} ` +
      `${md(`${w.namespace}/${w.name}`)}**\n\n${w.isController ? 'Taken for a controller' : 'Not taken for a controller'} ` +
      `(score ${w.score}):`,
    why,
  );
}

export function replicaTip(r: Replica): string {
  const { pod } = r;
  return facts(`**${md(pod.name)}**${r.leader ? ' — leader' : ''}`, [
    ...r.leases.map((l) => `Holds the lease ${md(l)}`),
    `${pod.deleting ? 'Is being deleted' : pod.ready ? 'Ready' : 'Not ready'}; phase ` +
      `${md(pod.phase)}${pod.reason === '' ? '' : `, ${md(pod.reason)}`}`,
    `${count(pod.restarts, 'restart')}`,
    pod.node !== '' && `On node ${md(pod.node)}${pod.hostNetwork ? ', in its network' : ''}`,
    pod.serviceAccount !== '' && `Service account ${md(pod.serviceAccount)}`,
    ...pod.containers.map((c) => `Image ${md(c.image)}`),
  ]);
}

const CERTAINTY: Readonly<Record<FoundEndpoint['certainty'], string>> = {
  stated: 'Stated by its objects',
  confirmed: 'Confirmed: it answered',
  guess: 'A guess',
};

export function endpointTip(e: FoundEndpoint, f: ProcessFacts): string {
  return facts(`**${e.kind}** at ${md(e.path)} on port ${e.port} (${e.scheme})`, [
    md(e.sentence),
    `${CERTAINTY[e.certainty]} (${md(e.how)})`,
    e.scheme === 'https' && 'Its certificate is not checked: the tunnel through the API server guards the way.',
    e.secured && token(e, md(f.auth)),
    e.problem?.next !== undefined && md(e.problem.next),
  ]);
}

/** For `needsToken`, the endpoint's own sentence already says that it needs a token. */
function token({ state }: FoundEndpoint, sent: string): string {
  if (state === 'needsToken') return sent === '' ? 'No token is sent yet.' : `Sent and not enough: ${sent}.`;
  return `It asks for a token; ${sent === '' ? 'none is sent yet' : `sent: ${sent}`}.`;
}

export function runningTip(c: RunningController): string {
  return facts(`**${md(c.name)}**`, [
    c.workers === undefined
      ? 'The process does not tell its number of workers.'
      : `${count(c.workers, 'worker')} (MaxConcurrentReconciles)`,
    c.activeWorkers !== undefined && `${c.activeWorkers} busy when it was read`,
    c.queueDepth !== undefined && `${c.queueDepth} in its queue when it was read`,
  ]);
}

export function problemTip(p: Pick<ProblemData, 'message' | 'next' | 'detail'>): string {
  const detail =
    p.detail === undefined || p.detail === ''
      ? ''
      : `\n\n\`\`\`\n${p.detail.slice(0, 2000).replaceAll('```', "'''")}\n\`\`\``;
  return `${md(p.message)}${p.next === undefined ? '' : ` ${md(p.next)}`}${detail}`;
}
